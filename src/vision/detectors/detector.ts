import type { DetectorModel, Prepared } from '../../models/manifest.js';
import { type Box, type DetectedFace, intersectionOverUnion, type Point } from '../geometry.js';
import type { ImagePyramid } from '../image-pyramid.js';
import { Network } from '../network.js';
import type { OutputReader } from './output-reader.js';
import { readScrfd } from './scrfd.js';
import { readUltraface } from './ultraface.js';
import { readYunet } from './yunet.js';

const readers: Record<DetectorModel['family'], OutputReader> = {
  ultraface: readUltraface,
  scrfd: readScrfd,
  yunet: readYunet,
};

export class Detector {
  private constructor(
    private readonly model: Prepared<DetectorModel>,
    private readonly network: Network,
  ) {}

  static async load(model: Prepared<DetectorModel>): Promise<Detector> {
    return new Detector(model, await Network.load(model));
  }

  /** Size of what the network looks at, in pixels. */
  get input(): { width: number; height: number } {
    return { width: this.network.width, height: this.network.height };
  }

  /**
   * Every face that the network sees, best score first, in pixels of the image.
   * @param region where to look, the whole image by default. It may reach beyond the image: faces that fill it are found
   *   better with an empty border around
   */
  async detect(pyramid: ImagePyramid, region: Box = wholeOf(pyramid)): Promise<DetectedFace[]> {
    // Letterbox: the region in the top left corner of the input, its aspect kept.
    const step = Math.max(region.width / this.network.width, region.height / this.network.height);
    const toImage = { a: step, b: 0, c: 0, d: step, tx: region.x, ty: region.y };
    // The border is what the network takes for nothing.
    const input = pyramid.sample(toImage, this.network.width, this.network.height, this.model.input.mean);
    const found = readers[this.model.family](await this.network.run(input), this.network, this.model.scoreThreshold);
    return suppressOverlaps(found, this.model.nmsIou).map((face) => fromLetterbox(face, step, region));
  }
}

/** The image with a border around it, in pixels. */
export function wholeOf({ image: { width, height } }: ImagePyramid, margin = 0): Box {
  return { x: -margin, y: -margin, width: width + 2 * margin, height: height + 2 * margin };
}

/** Greedy non-maximum suppression. */
function suppressOverlaps(faces: DetectedFace[], maxIou: number): DetectedFace[] {
  const kept: DetectedFace[] = [];
  for (const face of [...faces].sort((p, q) => q.score - p.score)) {
    if (kept.every((other) => intersectionOverUnion(face.box, other.box) <= maxIou)) kept.push(face);
  }
  return kept;
}

function fromLetterbox({ box, score, fivePoints }: DetectedFace, step: number, origin: Point): DetectedFace {
  const toImage = ({ x, y }: Point): Point => ({ x: x * step + origin.x, y: y * step + origin.y });
  const { x, y } = toImage(box);
  return {
    box: { x, y, width: box.width * step, height: box.height * step },
    score,
    ...(fivePoints && { fivePoints: fivePoints.map(toImage) }),
  };
}
