import { h } from './dom.js';
import { t } from './words.js';

/**
 * Takes photos by choosing, dropping, pasting or webcam.
 * @param {{multiple: boolean, onPhotos: (photos: File[]) => void, signal: AbortSignal}} options
 */
export function photoInput({ multiple, onPhotos, signal }) {
  const take = (list) => {
    const photos = [...(list ?? [])].filter((file) => file.type.startsWith('image/'));
    if (photos.length > 0) onPhotos(multiple ? photos : photos.slice(0, 1));
  };
  const input = h('input', {
    type: 'file',
    accept: 'image/jpeg,image/png',
    multiple,
    class: 'visually-hidden',
    onchange: () => {
      take(input.files);
      input.value = '';
    },
  });
  const zone = h(
    'label',
    {
      class: 'drop',
      ondragover: (event) => {
        event.preventDefault();
        zone.classList.add('over');
      },
      ondragleave: () => zone.classList.remove('over'),
      ondrop: (event) => {
        event.preventDefault();
        zone.classList.remove('over');
        take(event.dataTransfer.files);
      },
    },
    input,
    h('strong', {}, t(multiple ? 'photo.choose-many' : 'photo.choose')),
    h('span', {}, t('photo.drop')),
  );
  document.addEventListener('paste', (event) => take(event.clipboardData?.files), { signal });
  const camera = h('button', { type: 'button', onclick: () => openWebcam(take, multiple) }, t('photo.webcam'));
  return h('div', { class: 'photo-input' }, zone, camera);
}

/** Shows the webcam in a dialog and takes pictures of it. */
async function openWebcam(take, multiple) {
  const status = h('p', { role: 'status' }, t('photo.webcam-wait'));
  const video = h('video', { autoplay: true, playsinline: true, 'aria-label': t('photo.webcam') });
  video.muted = true;
  const shoot = h(
    'button',
    { type: 'button', class: 'primary', disabled: true, onclick: () => picture() },
    t('photo.shoot'),
  );
  const close = h('button', { type: 'button', onclick: () => dialog.close() }, t('close'));
  let stream;
  const dialog = h(
    'dialog',
    {
      class: 'webcam',
      'aria-label': t('photo.webcam'),
      onclose: () => {
        for (const track of stream?.getTracks() ?? []) track.stop();
        dialog.remove();
      },
    },
    video,
    status,
    h('div', { class: 'row end' }, close, shoot),
  );
  let shots = 0;
  const picture = async () => {
    const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
    canvas.getContext('2d')?.drawImage(video, 0, 0);
    const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.92 });
    take([new File([blob], `webcam-${++shots}.jpg`, { type: 'image/jpeg' })]);
    if (multiple) status.textContent = t('photo.shots', { n: shots });
    else dialog.close();
  };
  document.body.append(dialog);
  dialog.showModal();
  try {
    // Absent where the page came over plain HTTP from another machine.
    stream = await navigator.mediaDevices?.getUserMedia({
      video: { width: { ideal: 1280 }, height: { ideal: 720 }, facingMode: 'user' },
    });
    if (!stream) throw new Error('no secure context');
    if (!dialog.open) for (const track of stream.getTracks()) track.stop();
    video.srcObject = stream;
    await video.play();
    status.textContent = '';
    shoot.disabled = false;
    shoot.focus();
  } catch {
    status.textContent = t(globalThis.isSecureContext ? 'photo.webcam-refused' : 'photo.webcam-insecure');
  }
}
