import { expect, test } from 'vitest';
import { identityOf } from '../../src/gallery/model-identity.js';
import { readPack } from '../../src/models/choose-pack.js';
import { defaultManifestPath } from '../../src/util/paths.js';
import { RandomVectors } from '../vector-index/random-vectors.js';
import { openGallery } from './gallery-fixture.js';

/** What every version has written with each face of the default pack. Changed, it would hide all of them. */
const STORED = 'mobilefacenet-pair@ac2efa0e3395';

test('faces that earlier versions stored with the default pack are still found', async () => {
  const { model } = (await readPack(defaultManifestPath, 'default')).embedders.v3;
  const { gallery, store, logger } = await openGallery(undefined, { model: identityOf(model) });
  const staff = { tenant: 'acme', collection: 'staff' };
  const vector = new RandomVectors(7).unit(512);
  const user = { id: 'an', name: 'An' };
  await store.addUserWithFace(staff, user, { embedding: vector, model: STORED });
  await gallery.open();
  expect(await gallery.search(staff, vector)).toMatchObject(user);
  expect(logger.warn).not.toHaveBeenCalled();
});

test('other weights under the same name make another model, unless the manifest says what it is', () => {
  const model = { name: 'm', sha256: 'a'.repeat(64) };
  expect(identityOf(model)).toBe(`m@${'a'.repeat(12)}`);
  expect(identityOf({ ...model, sha256: 'b'.repeat(64) })).not.toBe(identityOf(model));
  expect(identityOf({ ...model, identity: 'm@before' })).toBe('m@before');
});
