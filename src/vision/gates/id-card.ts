import type { GateModel } from '../../models/manifest.js';
import { type Box, rasterToBox } from '../geometry.js';
import type { ImagePyramid } from '../image-pyramid.js';
import { Network } from '../network.js';
import type { Gate } from './gate.js';

export interface CardScore {
  /** 0–1; null where the face is too large for that of a card, so that the network was not asked. */
  probability: number | null;
  /** From where on the photo counts as one of a card. */
  threshold: number;
  isIdCard: boolean;
}

/**
 * Tells a photo of an identity document from a selfie or portrait. It looks at what surrounds the face, so that a card is
 * seen as well in the hand of somebody far away as in a scan.
 */
export const idCard: Gate<'photo', 'idCardGate', CardScore> = {
  needs: 'idCardGate',
  refuses: 'ID_CARD',
  reasons: ['id-card'],
  skippedBy: 'allowIdCard',
  async load(model) {
    const network = await Network.load(model);
    return async ({ photo, largestFace }) => {
      const sight = await look(model, network, photo, largestFace);
      return { reason: sight.isIdCard ? 'id-card' : null, sight };
    };
  },
};

async function look(
  { name, thresholds, maxFaceWidth, window }: GateModel<'idCardGate'> & { name: string },
  network: Network,
  photo: ImagePyramid,
  face: Box | undefined,
): Promise<CardScore> {
  const threshold = face ? thresholds.withFace : thresholds.withoutFace;
  if (face && face.width > maxFaceWidth * photo.image.width) return { probability: null, threshold, isIdCard: false };
  const { image } = photo;
  const view = face ? around(face, window, image) : { x: 0, y: 0, width: image.width, height: image.height };
  const { width, height } = network;
  const outputs = await network.run(photo.sample(rasterToBox(view, width, height), width, height, 127));
  const probability = Object.values(outputs)[0]?.data[0];
  if (probability === undefined) throw new Error(`Model ${name} returned no score`);
  return { probability, threshold, isIdCard: probability >= threshold };
}

/** The square around the face, cut at the photo's edges. */
function around(face: Box, window: number, image: { width: number; height: number }): Box {
  const half = (face.width * window) / 2;
  const [x, y] = [face.x + face.width / 2, face.y + face.height / 2];
  const left = Math.max(0, Math.trunc(x - half));
  const top = Math.max(0, Math.trunc(y - half));
  const right = Math.min(image.width, Math.trunc(x + half));
  const bottom = Math.min(image.height, Math.trunc(y + half));
  return { x: left, y: top, width: right - left, height: bottom - top };
}
