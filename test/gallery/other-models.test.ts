import { expect, test, vi } from 'vitest';
import { OtherModels } from '../../src/gallery/other-models.js';
import { RandomVectors } from '../vector-index/random-vectors.js';
import { openGallery } from './gallery-fixture.js';

const staff = { tenant: 'acme', collection: 'staff' };

test('a change of the model warns with the number of faces and the way back, and is counted', async () => {
  const { gallery, store } = await openGallery();
  await gallery.saveUser(staff, { id: 'a1', name: 'Anna' });
  await gallery.addFace(staff, 'a1', new RandomVectors(1).unit(512));
  const logger = { warn: vi.fn() };
  await new OtherModels(store, 'm1').warn(logger);
  expect(logger.warn).not.toHaveBeenCalled();
  expect(await new OtherModels(store, 'm1').faces()).toBe(0);
  await new OtherModels(store, 'm2').warn(logger);
  const way = expect.stringContaining('facesearch re-embed');
  expect(logger.warn).toHaveBeenCalledExactlyOnceWith({ ignored: { m1: 1 }, model: 'm2' }, way);
  expect(await new OtherModels(store, 'm2').faces()).toBe(1);
});
