import type { GateModel, Prepared } from '../models/manifest.js';
import { alignedToImage } from './alignment.js';
import { compose, type Point, rasterToBox } from './geometry.js';
import type { ImagePyramid } from './image-pyramid.js';
import { Network } from './network.js';

/** What the network sees in one face, each a probability. */
export interface FaceScores {
  mask: number;
  sunglasses: number;
  hat: number;
  /** That there is a human face at all. */
  face: number;
}

/** Value of what lies outside the photo, as in training. */
const BORDER = 127;

/** The network that tells covered faces from bare ones, and faces from what a detector mistakes for them. */
export class FaceScorer {
  private constructor(
    private readonly model: Prepared<GateModel<'faceGate'>>,
    private readonly network: Network,
  ) {}

  static async load(model: Prepared<GateModel<'faceGate'>>): Promise<FaceScorer> {
    return new FaceScorer(model, await Network.load(model));
  }

  /** @param fivePoints the face's alignment points, in pixels of the image */
  async score(pyramid: ImagePyramid, fivePoints: readonly Point[]): Promise<FaceScores> {
    const { x, y, size } = this.model.window;
    const { width, height } = this.network;
    const toImage = compose(
      alignedToImage(fivePoints),
      rasterToBox({ x, y, width: size, height: size }, width, height),
    );
    const outputs = await this.network.run(pyramid.sample(toImage, width, height, BORDER));
    const [mask, sunglasses, hat, face] = Object.values(outputs)[0]?.data ?? [];
    if (mask === undefined || sunglasses === undefined || hat === undefined || face === undefined) {
      throw new Error(`Model ${this.model.name} did not return four scores`);
    }
    return { mask, sunglasses, hat, face };
  }

  isFace({ face }: FaceScores): boolean {
    return face >= this.model.thresholds.face;
  }
}
