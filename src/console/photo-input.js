import { h } from './dom.js';
import { droppedFiles } from './enrol/files.js';
import { named } from './named-photo.js';
import { isPhoto } from './prepared-photo.js';
import { icon } from './ui/icon.js';
import { openWebcam } from './webcam.js';
import { t } from './words.js';

/**
 * Takes photos by choosing, dropping anywhere on the page, pasting or webcam.
 * @param {object} options
 * @param {boolean} options.multiple
 * @param {boolean} [options.folders] whether whole folders can be chosen
 * @param {(photos: File[], tell?: (text: string) => void) => void} options.onPhotos `tell` says beside the webcam what
 *   became of a picture
 * @param {AbortSignal} options.signal
 */
export function photoInput({ multiple, folders = false, onPhotos, signal }) {
  const trouble = h('p', { role: 'alert', class: 'bad' });
  const take = (list) => {
    const files = [...(list ?? [])];
    const photos = files.filter((file) => isPhoto(file));
    const others = files.filter((file) => !photos.includes(file)).map(({ name }) => name);
    trouble.textContent = others.length > 0 ? t('photo.no-photo', { names: others.join(', ') }) : '';
    if (photos.length > 0) onPhotos(multiple ? photos : photos.slice(0, 1));
  };
  const chooser = (props) => {
    const input = h('input', {
      type: 'file',
      class: 'visually-hidden',
      onchange: () => {
        take(input.files);
        input.value = '';
      },
      ...props,
    });
    return input;
  };
  const input = chooser({ accept: 'image/*,.heic,.heif,.avif', multiple });
  const zone = h(
    'label',
    { class: 'drop' },
    input,
    h('strong', { class: 'row' }, icon('image'), t(multiple ? 'photo.choose-many' : 'photo.choose')),
    h('span', {}, t(multiple ? 'photo.drop-many' : 'photo.drop')),
  );
  const on = (type, listener) => document.addEventListener(type, listener, { signal });
  on('dragover', (event) => zone.classList.toggle('over', event.dataTransfer?.types.includes('Files')));
  // Without a target when the pointer leaves the window.
  on('dragleave', (event) => event.relatedTarget ?? zone.classList.remove('over'));
  on('drop', (event) => {
    zone.classList.remove('over');
    droppedFiles(event.dataTransfer).then(take);
  });
  on('paste', (event) => take([...(event.clipboardData?.files ?? [])].map(pasted)));
  const camera = h(
    'button',
    { type: 'button', onclick: () => openWebcam({ onPicture: (photo, tell) => onPhotos([photo], tell), multiple }) },
    icon('camera'),
    t('photo.webcam'),
  );
  const folder = h(
    'label',
    { class: 'button' },
    chooser({ webkitdirectory: true, multiple: true }),
    icon('folder-open'),
    t('photo.folder'),
  );
  const others = h('div', { class: 'others' }, camera, folders && folder);
  return h('div', {}, h('div', { class: 'photo-input' }, zone, others), trouble);
}

/** Browsers call every picture from the clipboard `image.png`; where names become ids, each needs its own. */
function pasted(file) {
  return /^image\.\w+$/.test(file.name) ? named('pasted', file) : file;
}
