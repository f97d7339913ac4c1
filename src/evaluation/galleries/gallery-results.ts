import type { SimilarityScale } from '../../gallery/scoring/similarity.js';
import type { Embedded } from '../embed-images.js';
import type { Group } from '../group-scores.js';
import { type TrialResult, tryGallery, tryStrangersAtDoor } from './gallery-trial.js';
import { peopleOf } from './people.js';

/** What galleries of one group's people do. */
export interface GalleryResult {
  group: string;
  people: number;
  /** With 1, 3 and 5 photos of each person, as far as there are. */
  trials: TrialResult[];
  /** A small gallery, and strangers of the same group before it; null where there are too few people. */
  door: TrialResult | null;
}

const PHOTOS = [1, 3, 5];
/** The small gallery: people, and photos of each, fewer where the group has no more. */
export const DOOR_PEOPLE = 20;
const DOOR_PHOTOS = [3, 1];

/** Of the groups that were asked for, or else of each set, or else of everybody. */
export function galleryResults(
  groups: readonly Pick<Group, 'name' | 'kind' | 'images'>[],
  embeddings: Embedded['embeddings'],
  scale: SimilarityScale,
): GalleryResult[] {
  const kind = (['group', 'set', 'all'] as const).find((wanted) => groups.some((group) => group.kind === wanted));
  return groups
    .filter((group) => group.kind === kind)
    .flatMap(({ name, images }) => {
      const people = peopleOf(images, embeddings);
      const trials = PHOTOS.flatMap((photos) => tryGallery(people, photos, scale) ?? []);
      const door = DOOR_PHOTOS.reduce<TrialResult | null>(
        (found, photos) => found ?? tryStrangersAtDoor(people, photos, DOOR_PEOPLE, scale),
        null,
      );
      return trials.length > 0 ? [{ group: name, people: people.length, trials, door }] : [];
    });
}
