import { normalised } from '../../core/unit-vector.js';
import type { Calibration } from '../../models/manifest.js';
import type { DataSetImage } from '../data-set.js';

/**
 * The axis of the cone that a population's faces lie in: the mean of its people, of whom each is the mean of their
 * images and counts once.
 * @param embeddings by path, of length 1; images without one are left out
 * @param slope how strongly distances are stretched along the axis, see gallery/crowding.ts
 */
export function crowdingOf(
  name: string,
  images: readonly DataSetImage[],
  embeddings: ReadonlyMap<string, Float32Array>,
  slope: number,
): NonNullable<Calibration['crowding']> {
  const byPerson = new Map<string, DataSetImage[]>();
  for (const image of images) byPerson.set(image.identity, [...(byPerson.get(image.identity) ?? []), image]);
  const people = [...byPerson.values()].flatMap((own) => {
    const found = own.flatMap(({ path }) => embeddings.get(path) ?? []);
    return found.length > 0 ? [directionOf(found)] : [];
  });
  const axis = directionOf(people);
  const bytes = Buffer.alloc(4 * axis.length);
  for (const [i, value] of axis.entries()) bytes.writeFloatLE(value, 4 * i);
  return { madeFrom: `mean of ${people.length} people of ${name}`, slope, axis: bytes.toString('base64') };
}

/** Of the vectors' mean. */
function directionOf(vectors: readonly Float32Array[]): Float32Array {
  const total = new Float64Array(vectors[0]?.length ?? 0);
  for (const vector of vectors)
    for (let i = 0; i < total.length; i++) total[i] = (total[i] as number) + (vector[i] as number);
  return normalised(total) ?? new Float32Array(total.length);
}
