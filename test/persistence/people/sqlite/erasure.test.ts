import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDatabase } from '../../../../src/persistence/people/sqlite/sqlite-database.js';
import { SqliteStore } from '../../../../src/persistence/people/sqlite/sqlite-store.js';
import { tracesIn } from '../../../support/traces.js';
import { RandomVectors } from '../../../vector-index/random-vectors.js';
import { temporaryFolder } from '../../temporary-folder.js';

const random = new RandomVectors(61);

interface Person {
  at: number;
  id: string;
  name: string;
  vectors: Float32Array[];
}

const at = (person: { at: number }) => ({ tenant: 'acme', collection: `collection ${person.at}` });

/**
 * Deleting moves rows between the pages of the database, whenever one is left nearly empty: no copy may stay where a
 * row once was.
 */
test('no trace of hundreds of deleted people is left between those who stay', async () => {
  const folder = await temporaryFolder();
  const db = openDatabase(join(folder, 'facesearch.db'));
  // A thousand transactions need not wait for the disk here.
  db.pragma('synchronous = OFF');
  const store = SqliteStore.over(db);
  const there: Person[] = [];
  const erased = new Map<string, string | Float32Array>();
  let made = 0;
  for (let step = 0; step < 600; step++) {
    // Waves: the collections grow, and then shrink to a few people.
    const grows = there.length < 5 || random.next() < (Math.floor(step / 100) % 2 === 0 ? 0.9 : 0.15);
    if (grows) {
      const number = String(made++).padStart(5, '0');
      const person = { at: step % 2, id: `person-${number}`, name: `name-${number}-${'é'.repeat(step % 30)}` };
      const vectors = Array.from({ length: 1 + (step % 3) }, () => random.unit(512));
      for (const embedding of vectors) await store.addUserWithFace(at(person), person, { embedding, model: 'm1' });
      there.push({ ...person, vectors });
    } else {
      const [person] = there.splice(Math.floor(random.next() * there.length), 1);
      if (!person) continue;
      await store.deleteUser(at(person), person.id);
      erased.set(person.id, person.id);
      erased.set(`name of ${person.id}`, person.name);
      for (const [i, vector] of person.vectors.entries()) erased.set(`vector ${i} of ${person.id}`, vector);
    }
  }
  await store.close();
  const kept = new Map(there.map(({ id }) => [id, id]));
  expect(erased.size).toBeGreaterThan(300);
  expect(await tracesIn(folder, kept)).toHaveLength(kept.size);
  expect(await tracesIn(folder, erased)).toEqual([]);
});
