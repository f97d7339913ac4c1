// Adds people for ever and prints the id of each one only after the gallery has acknowledged it. Runs the compiled
// server, as a process of its own that the test kills. Arguments: the data folder, and the number of the first person.
import { join } from 'node:path';
import { CollectionGallery } from '../../dist/src/gallery/collection-gallery.js';
import { noCrowding } from '../../dist/src/gallery/crowding.js';
import { FolderObjectStore } from '../../dist/src/store/folder-object-store.js';
import { SqliteStore } from '../../dist/src/store/sqlite-store.js';

const [folder, first] = process.argv.slice(2);
const store = await SqliteStore.open(join(folder, 'facesearch.db'));
const objects = await FolderObjectStore.open(join(folder, 'photos'));
const logger = { info() {}, warn: console.error, error: console.error };
const scale = { crowding: noCrowding, similarity: (cosine) => cosine };
const gallery = new CollectionGallery({ store, objects, model: 'm1', scale, logger });
await gallery.open();

const staff = { tenant: 'acme', collection: 'staff' };
for (let i = Number(first); ; i++) {
  const vector = Float32Array.from({ length: 512 }, (_, j) => Math.sin((i + 1) * (j + 1) * Math.SQRT2 + j * j));
  let id = `user-${i}`;
  if (i % 3 === 0) {
    ({ createdId: id } = await gallery.addUnknownPerson(staff, vector, Buffer.from(`photo ${i}`), () => false));
  } else {
    await gallery.saveUser(staff, { id, name: '' });
    await gallery.addFace(staff, id, vector);
  }
  process.stdout.write(`${i} ${id}\n`);
}
