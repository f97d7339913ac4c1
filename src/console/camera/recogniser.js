import { adminPost, base64Of, Refused } from '../session.js';
import { motionWatch, pictureOf } from './stream.js';

/** Milliseconds between two looks: while somebody is there, while nobody is, and after trouble. */
const NEXT = 80;
const IDLE = 200;
const AFTER_TROUBLE = 2000;

/**
 * Looks at a camera until the signal aborts: one picture at a time is on its way to the server, and none while nothing
 * moves, unless somebody stands there of whom too few pictures were taken.
 * @param {object} options
 * @param {any} options.video
 * @param {AbortSignal} options.signal
 * @param {() => Record<string, unknown>} options.wanted collection, looks, challenge, attendance
 * @param {(result: any) => void} options.onResult as `/recognise` answers
 * @param {(refusal: Refused) => void} options.onTrouble
 */
export async function recognise({ video, signal, wanted, onResult, onTrouble }) {
  const motion = motionWatch(video);
  const passage = crypto.randomUUID();
  let isUndecided = false;
  while (!signal.aborted) {
    const isReady = video.readyState >= 2 && video.videoWidth > 0 && !document.hidden;
    if (!isReady || (!motion.hasMoved() && !isUndecided)) {
      await pause(IDLE, signal);
      continue;
    }
    motion.noteSent();
    try {
      const photo = await base64Of(await pictureOf(video));
      const result = await adminPost('/recognise', { ...wanted(), passage, photos: [photo] });
      if (signal.aborted) return;
      isUndecided = result.decision === 'look-again' && result.face !== null;
      onResult(result);
      await pause(result.face ? NEXT : IDLE, signal);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (signal.aborted) return;
      onTrouble(error);
      await pause(AFTER_TROUBLE, signal);
    }
  }
}

/** @param {number} milliseconds @param {AbortSignal} signal */
function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => resolve(clearTimeout(timer)), { once: true });
  });
}
