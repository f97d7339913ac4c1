import { expect, test } from 'vitest';
import { fakeApp } from '../support/fake-app.js';
import { field, file } from '../support/multipart.js';

const image = Buffer.from('cos:0.3');

test.each([
  ['off', [], [image]],
  ['photo', [image], [image]],
  ['crop', [Buffer.from('crop of cos:0.3')], [Buffer.from('crop of cos:0.3')]],
])(
  'KEEP_PHOTOS=%s decides what add keeps; search with create always keeps something',
  async (keep, ofAdd, ofSearch) => {
    const { gallery, post } = await fakeApp({ KEEP_PHOTOS: keep });
    await post('/create', field('id', 'a'), field('name', 'A'));
    expect((await post('/add', field('id', 'a'), file(image))).json.code).toBe('200');
    expect(gallery.photos).toEqual(ofAdd);
    gallery.photos.length = 0;
    expect((await post('/search', file(Buffer.from('cos:-0.9')))).json.code).toBe('404');
    expect(gallery.photos).toEqual([]);
    const created = await post('/search', field('collection', 'new'), field('create', 'true'), file(image));
    expect(created.json.data).toMatchObject({ new: true });
    expect(gallery.photos).toEqual(ofSearch);
  },
);
