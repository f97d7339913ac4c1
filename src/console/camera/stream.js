/** Frames are compared as so many grey pixels: a hand that waves changes them, the noise of a camera does not. */
const WIDE = 32;
const HIGH = 24;

/** Mean difference of grey levels, 0–255, from which on something moved. */
const MOVED = 3;

/** Longest side of what is sent: a face of a fifth of it is still larger than embedders look at. */
const SENT_SIDE = 960;

/** @param {string} [deviceId] @returns {Promise<MediaStream>} @throws where there is no camera, or it is not allowed */
export async function openStream(deviceId) {
  // Absent where the page came over plain HTTP from another machine.
  if (!navigator.mediaDevices) throw new Error('no secure context');
  const size = { width: { ideal: 1280 }, height: { ideal: 720 } };
  const chosen = deviceId ? { deviceId: { ideal: deviceId } } : { facingMode: 'user' };
  return navigator.mediaDevices.getUserMedia({ video: { ...size, ...chosen } });
}

/** Cameras with their names, which browsers tell once one of them is open. @returns {Promise<{id: string, name: string}[]>} */
export async function listCameras() {
  const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  return devices
    .filter(({ kind }) => kind === 'videoinput')
    .map(({ deviceId, label }, i) => ({ id: deviceId, name: label || String(i + 1) }));
}

/** Says whether a picture differs from the last one that was sent. @param {any} video */
export function motionWatch(video) {
  const canvas = new OffscreenCanvas(WIDE, HIGH);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  let sent = new Uint8ClampedArray();
  let now = sent;
  return {
    hasMoved() {
      context?.drawImage(video, 0, 0, WIDE, HIGH);
      now = context?.getImageData(0, 0, WIDE, HIGH).data ?? now;
      if (sent.length !== now.length) return true;
      let sum = 0;
      for (let i = 0; i < now.length; i += 4) sum += Math.abs(grey(now, i) - grey(sent, i));
      return sum / (WIDE * HIGH) > MOVED;
    },
    noteSent() {
      sent = now;
    },
  };
}

/** Of the pixel at a place. */
function grey(pixels, i) {
  return (pixels[i] + 2 * pixels[i + 1] + pixels[i + 2]) / 4;
}

/** The picture of now as a JPEG. @param {any} video @returns {Promise<Blob>} */
export function pictureOf(video) {
  const shrink = Math.min(1, SENT_SIDE / Math.max(video.videoWidth, video.videoHeight));
  const canvas = new OffscreenCanvas(Math.round(video.videoWidth * shrink), Math.round(video.videoHeight * shrink));
  canvas.getContext('2d')?.drawImage(video, 0, 0, canvas.width, canvas.height);
  return canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 });
}
