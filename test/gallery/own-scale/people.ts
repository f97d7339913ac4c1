import type { GalleryPerson } from '../../../src/gallery/own-scale/gallery-person.js';
import type { RandomVectors } from '../../vector-index/random-vectors.js';

/** Random people of one tenant, whose photos have about this cosine to the person's direction. */
export function randomPeople(random: RandomVectors, count: number, photos = 1, tenant = 'acme'): GalleryPerson[] {
  return Array.from({ length: count }, (_, i) => {
    const direction = random.unit(512);
    const faces = Array.from({ length: photos }, () => random.near(direction, 0.9));
    return { tenant, collection: '', id: `${tenant}-${i}`, faces };
  });
}
