import type { GateModel } from '../../models/manifest.js';
import { type Box, rasterToBox } from '../geometry.js';
import { Network } from '../network.js';
import type { Gate } from './gate.js';

/**
 * Tells a person before the camera from a print or a screen, by texture and surroundings: one photo, so a hint and no proof.
 * Asked only where LIVENESS is on; docs/liveness.md has what it can and cannot do. Its sight is the probability that the
 * face is live, 0–1.
 */
export const liveness: Gate<'face', 'livenessGate', number> = {
  needs: 'livenessGate',
  refuses: 'NOT_LIVE',
  reasons: ['not-live'],
  skippedBy: 'withoutLiveness',
  async load(model) {
    const network = await Network.load(model);
    return async ({ face: { box }, photo }) => {
      const { width, height } = network;
      const view = livenessView(box, model.window, photo.image);
      const outputs = await network.run(photo.sample(rasterToBox(view, width, height), width, height, 0));
      const logits = Object.values(outputs)[0]?.data;
      if (logits?.length !== 3) throw new Error(`Model ${model.name} returned no three classes`);
      const sight = firstShare(logits);
      return { reason: isLive(sight, model) ? null : 'not-live', sight };
    };
  },
};

function isLive(probability: number, { threshold }: GateModel<'livenessGate'>): boolean {
  return probability >= threshold;
}

/**
 * The face with what surrounds it, moved into the photo where it would reach beyond, and smaller where the photo is too
 * small: as the network was published with (faceplugin's fr_liveness.js, `alignLivenessImage`).
 * @param window sides in those of the box
 */
export function livenessView(box: Box, window: number, photo: { width: number; height: number }): Box {
  const scale = Math.min(window, photo.width / box.width, photo.height / box.height);
  const [width, height] = [box.width * scale, box.height * scale];
  const within = (start: number, side: number, whole: number) => Math.max(0, Math.min(start, whole - side));
  return {
    x: within(box.x + box.width / 2 - width / 2, width, photo.width),
    y: within(box.y + box.height / 2 - height / 2, height, photo.height),
    width,
    height,
  };
}

/** The first share of a softmax. */
function firstShare(logits: Float32Array): number {
  const highest = Math.max(...logits);
  const exponentials = [...logits].map((logit) => Math.exp(logit - highest));
  return (exponentials[0] ?? 0) / exponentials.reduce((sum, value) => sum + value, 0);
}
