import type { ObjectSource, ObjectStore } from '../../persistence/photos/object-store.js';
import { OperatorError } from '../../util/operator-error.js';

export interface MovedPhotos {
  photos: number;
  /** Those that were there already. */
  known: number;
}

/** Photos on their way at the same time: each is in memory, up to a few megabytes, and waits for a disk or the network. */
const AT_ONCE = 8;

/**
 * Copies every photo that the target does not have to the byte, and reads each of them again. May be killed and called
 * again at any point. What lies in the source stays as it is.
 * @param onPhoto told of each photo that is done
 * @throws StoreError; OperatorError when a photo is not read as it was written
 */
export async function movePhotos(
  source: ObjectSource,
  target: ObjectStore,
  onPhoto: (done: number) => void = () => {},
): Promise<MovedPhotos> {
  const moved = { photos: 0, known: 0 };
  const copy = async (key: string) => {
    const photo = await source.get(key);
    // One that was listed and is gone was erased meanwhile.
    if (!photo) return;
    if (await isThere(target, key, photo)) moved.known++;
    else {
      await target.put(key, photo);
      if (!(await isThere(target, key, photo)))
        throw new OperatorError(`The photo ${key} is not read as it was written.`);
    }
    onPhoto(++moved.photos);
  };
  let batch: string[] = [];
  for await (const key of source.keys()) {
    batch.push(key);
    if (batch.length < AT_ONCE) continue;
    await Promise.all(batch.map(copy));
    batch = [];
  }
  await Promise.all(batch.map(copy));
  return moved;
}

async function isThere(target: ObjectStore, key: string, photo: Buffer): Promise<boolean> {
  return (await target.get(key))?.equals(photo) === true;
}
