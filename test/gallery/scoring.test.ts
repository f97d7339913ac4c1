import { DataKey } from '../../src/persistence/encryption/data-key.js';
import { useTestDatabase } from '../support/test-database.js';
import { describeScoring } from './describe-scoring.js';
import { openGallery } from './gallery-fixture.js';
import { anotherServer, openDatabaseGallery } from './pgvector-gallery-fixture.js';

let last: { folder: string; close?: () => Promise<void> };

for (const [name, key] of [
  ['the gallery in memory', undefined],
  ['the gallery in memory, over encrypted rows', new DataKey(Buffer.alloc(32, 7))],
] as const) {
  describeScoring(name, async (parts, over) => {
    if (over === 'the last one') await last.close?.();
    const opened = await openGallery(over === 'empty' ? undefined : last.folder, parts, key);
    last = opened;
    return opened;
  });
}

const database = useTestDatabase();

describeScoring('the gallery in PostgreSQL', async (parts, over) => {
  const opened =
    over === 'empty'
      ? await openDatabaseGallery(database(), parts)
      : await anotherServer(database(), last.folder, parts);
  last = { folder: opened.folder };
  return opened;
});
