import { h } from './dom.js';
import { named } from './named-photo.js';
import { t } from './words.js';

/**
 * Shows the webcam in a dialog and takes pictures of it: one, or as many as somebody likes.
 * @param {{onPicture: (photo: File, tell: (text: string) => void) => void, multiple: boolean}} options
 */
export async function openWebcam({ onPicture, multiple }) {
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
  const stop = () => {
    for (const track of stream?.getTracks() ?? []) track.stop();
  };
  const dialog = h(
    'dialog',
    {
      class: 'webcam',
      'aria-label': t('photo.webcam'),
      onclose: () => {
        stop();
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
    const mine = ++shots;
    // The page below is hidden, so what became of the picture is said here. A later one has the last word.
    const tell = (text) => {
      if (mine === shots) status.textContent = `${t('photo.shots', { n: mine })}: ${text}`;
    };
    status.textContent = t('photo.shots', { n: shots });
    if (!multiple) dialog.close();
    onPicture(named('webcam', blob), tell);
  };
  document.body.append(dialog);
  dialog.showModal();
  try {
    // Absent where the page came over plain HTTP from another machine.
    stream = await navigator.mediaDevices?.getUserMedia({
      video: { width: { ideal: 1280 }, height: { ideal: 720 }, facingMode: 'user' },
    });
    if (!stream) throw new Error('no secure context');
    if (!dialog.open) stop();
    video.srcObject = stream;
    await video.play();
    status.textContent = '';
    shoot.disabled = false;
    shoot.focus();
  } catch {
    status.textContent = t(globalThis.isSecureContext ? 'photo.webcam-refused' : 'photo.webcam-insecure');
  }
}
