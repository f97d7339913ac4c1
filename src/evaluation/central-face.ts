import type { LocatedFace } from '../vision/face-finder.js';
import type { ImagePyramid } from '../vision/image-pyramid.js';

/** The one of several people whom the label of a photo means: the one in its middle. */
export function centralFace(people: readonly LocatedFace[], { image }: ImagePyramid): LocatedFace {
  const offCentre = ({ box }: LocatedFace) =>
    Math.hypot(box.x + (box.width - image.width) / 2, box.y + (box.height - image.height) / 2);
  return people.reduce((best, face) => (offCentre(face) < offCentre(best) ? face : best));
}
