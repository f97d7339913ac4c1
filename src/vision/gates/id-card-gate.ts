import type { IdCardGateModel, Prepared } from '../../models/manifest.js';
import { type Box, rasterToBox } from '../geometry.js';
import type { ImagePyramid } from '../image-pyramid.js';
import { Network } from '../network.js';

export interface CardScore {
  /** 0–1; null where the face is too large for that of a card, so that nobody asked. */
  probability: number | null;
  /** From where on the photo counts as one of a card. */
  threshold: number;
  isIdCard: boolean;
}

/** Tells a photo of an identity document from a selfie or portrait. */
export class IdCardGate {
  private constructor(
    private readonly model: Prepared<IdCardGateModel>,
    private readonly network: Network,
  ) {}

  static async load(model: Prepared<IdCardGateModel>): Promise<IdCardGate> {
    return new IdCardGate(model, await Network.load(model));
  }

  /**
   * Looks at what surrounds the face, so that a card is seen as well in the hand of somebody far away as in a scan.
   * @param face box of the largest face in pixels of the photo; undefined where none was found
   */
  async look(pyramid: ImagePyramid, face: Box | undefined): Promise<CardScore> {
    const { thresholds, maxFaceWidth } = this.model;
    const threshold = face ? thresholds.withFace : thresholds.withoutFace;
    if (face && face.width > maxFaceWidth * pyramid.image.width)
      return { probability: null, threshold, isIdCard: false };
    const view = face ? this.around(face, pyramid) : whole(pyramid);
    const probability = await this.probability(pyramid, view);
    return { probability, threshold, isIdCard: probability >= threshold };
  }

  private async probability(pyramid: ImagePyramid, view: Box): Promise<number> {
    const { width, height } = this.network;
    const outputs = await this.network.run(pyramid.sample(rasterToBox(view, width, height), width, height, 127));
    const probability = Object.values(outputs)[0]?.data[0];
    if (probability === undefined) throw new Error(`Model ${this.model.name} returned no score`);
    return probability;
  }

  /** The square around the face, cut at the photo's edges. */
  private around(face: Box, { image }: ImagePyramid): Box {
    const half = (face.width * this.model.window) / 2;
    const [x, y] = [face.x + face.width / 2, face.y + face.height / 2];
    const left = Math.max(0, Math.trunc(x - half));
    const top = Math.max(0, Math.trunc(y - half));
    const right = Math.min(image.width, Math.trunc(x + half));
    const bottom = Math.min(image.height, Math.trunc(y + half));
    return { x: left, y: top, width: right - left, height: bottom - top };
  }
}

function whole({ image: { width, height } }: ImagePyramid): Box {
  return { x: 0, y: 0, width, height };
}
