import type { LandmarksModel, Prepared } from '../models/manifest.js';
import { type Box, boundingBox, mean, type Point, rasterToBox } from './geometry.js';
import type { ImagePyramid } from './image-pyramid.js';
import { Network } from './network.js';

/** Finds the 68 points of the iBUG 300-W scheme (jaw 0–16, brows, nose 27–35, eyes 36–47, mouth 48–67) in a face box. */
export class LandmarkFinder {
  private constructor(
    private readonly network: Network,
    private readonly passes: number,
  ) {}

  static async load(model: Prepared<LandmarksModel>): Promise<LandmarkFinder> {
    return new LandmarkFinder(await Network.load(model), model.passes);
  }

  /**
   * The mean of all passes, of which each looks at the box that the last one's points imply.
   * @param box the detector's box
   * @returns 68 points in pixels of the image
   */
  async find(pyramid: ImagePyramid, box: Box): Promise<Point[]> {
    let look = box;
    const sum: Point[] = Array.from({ length: 68 }, () => ({ x: 0, y: 0 }));
    for (let pass = 0; pass < this.passes; pass++) {
      const points = await this.findOnce(pyramid, look);
      for (const [i, point] of points.entries()) {
        const total = sum[i] as Point;
        total.x += point.x / this.passes;
        total.y += point.y / this.passes;
      }
      look = impliedFaceBox(points);
    }
    return sum;
  }

  private async findOnce(pyramid: ImagePyramid, box: Box): Promise<Point[]> {
    const { width, height } = this.network;
    const outputs = await this.network.run(pyramid.sample(rasterToBox(box, width, height), width, height, 0));
    const data = Object.values(outputs)[0]?.data;
    if (data?.length !== 136) throw new Error('the landmark network did not return 136 numbers');
    const points: Point[] = [];
    for (let i = 0; i < 68; i++) {
      points.push({
        x: box.x + (data[2 * i] as number) * box.width,
        y: box.y + (data[2 * i + 1] as number) * box.height,
      });
    }
    return points;
  }
}

/**
 * The box that the detector would have drawn around these 68 points: as wide as they are, and higher, since the points
 * end at the brows. Medians over 600 images of Labeled Faces in the Wild.
 */
function impliedFaceBox(points: readonly Point[]): Box {
  const around = boundingBox(points);
  const height = around.height * 1.317;
  const centreY = around.y + around.height * (0.5 - 0.166);
  return { x: around.x, y: centreY - height / 2, width: around.width, height };
}

/** Left eye, right eye, nose tip, left and right mouth corner, as the ArcFace template orders them. */
export function fivePointsOf68(points: readonly Point[]): Point[] {
  return [mean(points.slice(36, 42)), mean(points.slice(42, 48)), points[30], points[48], points[54]] as Point[];
}
