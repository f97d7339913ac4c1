import { ALIGNED_SIZE, alignedToImage } from '../alignment.js';
import type { LocatedFace } from '../face-finder.js';
import { topOfForehead } from '../gates/too-close.js';
import { type Box, boundingBox, mean, type Point } from '../geometry.js';
import type { ImagePyramid } from '../image-pyramid.js';
import { type Light, lightOf } from './light.js';
import { type Pose, poseOf } from './pose.js';

/**
 * What can be measured of one face without a further network, modelled on the capture-related measures of ISO/IEC 29794-5, and
 * what the embedder itself tells. Those that need 68 landmarks are null in a pack without.
 */
export interface FaceMeasures extends Light, Pose {
  /** Distance of the eyes' centres in pixels of the photo, put right for the turn of the head. */
  eyeDistance: number;
  /** Opening of the narrower eye, as a fraction of the way from the eyes to the chin. */
  eyesOpen: number | null;
  /** Opening between the lips, as a fraction of the same way. */
  mouthOpen: number | null;
  /** Room between the face, forehead to chin, and the nearest edge of the photo, as a fraction of the face's height; negative where it is cut. */
  margin: number;
  /** How long the embedder's vector is, 0–1; null where the pack does not say what is long. */
  embeddingLength: number | null;
}

/** Turns beyond this are taken for this one: the distance of the eyes says nothing of a profile. */
const MAX_YAW = 60;

/**
 * @param shrink how much smaller the picture is than the photo
 * @param embeddingLength as the embedder tells it
 */
export function measureFace(
  face: Pick<LocatedFace, 'box' | 'outline' | 'fivePoints'>,
  picture: ImagePyramid,
  shrink: number,
  embeddingLength: number | null,
): FaceMeasures {
  const { box, outline, fivePoints } = face;
  const crop = picture.sample(alignedToImage(fivePoints), ALIGNED_SIZE, ALIGNED_SIZE, 0);
  const pose = poseOf(fivePoints);
  const [left, right] = fivePoints as [Point, Point];
  const turned = Math.cos((Math.min(Math.abs(pose.yaw), MAX_YAW) * Math.PI) / 180);
  return {
    ...lightOf(crop),
    ...pose,
    eyeDistance: (distance(left, right) * shrink) / turned,
    ...openings(outline, fivePoints),
    margin: marginOf(outline.length > 0 ? boundingBox([...outline, topOfForehead(outline)]) : box, picture.image),
    embeddingLength,
  };
}

function openings(
  outline: readonly Point[],
  fivePoints: readonly Point[],
): Pick<FaceMeasures, 'eyesOpen' | 'mouthOpen'> {
  if (outline.length === 0) return { eyesOpen: null, mouthOpen: null };
  const at = (i: number) => outline[i] as Point;
  const gap = (pairs: readonly (readonly [number, number])[]) =>
    Math.max(...pairs.map(([p, q]) => distance(at(p), at(q))));
  const unit = Math.max(distance(mean(fivePoints.slice(0, 2)), at(8)), Number.EPSILON);
  // biome-ignore format: one line for each part of the 68 points
  const [leftEye, rightEye, lips] = [
    gap([[37, 41], [38, 40]]),
    gap([[43, 47], [44, 46]]),
    gap([[61, 67], [62, 66], [63, 65]]),
  ];
  return { eyesOpen: Math.min(leftEye, rightEye) / unit, mouthOpen: lips / unit };
}

function marginOf(face: Box, frame: { width: number; height: number }): number {
  const least = Math.min(face.x, face.y, frame.width - face.x - face.width, frame.height - face.y - face.height);
  return least / face.height;
}

function distance(p: Point, q: Point): number {
  return Math.hypot(p.x - q.x, p.y - q.y);
}
