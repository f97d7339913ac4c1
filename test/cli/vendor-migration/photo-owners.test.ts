import { expect, it } from 'vitest';
import { ownPhotos } from '../../../src/cli/vendor-migration/photo-owners.js';

it.each([
  ['an.jpg', 'an'],
  ['an-2.jpg', 'an'],
  ['an_02.png', 'an'],
  ['an.3.JPEG', 'an'],
  ['an (4).jpg', 'an'],
  ['an(4).jpg', 'an'],
  ['an 5.jpg', 'an'],
  ['an/whatever.jpg', 'an'],
  ['photos/an/2024/12.jpg', 'an'],
  ['an/emp-7.jpg', 'an'],
  ['an/emp-7/1.jpg', 'emp-7'],
  ['emp-7.jpg', 'emp-7'],
  ['emp-7-1.jpg', 'emp-7'],
  ['emp.jpg', 'emp'],
  ['emp-8.jpg', 'emp'],
  ['x%2Fy.jpg', 'x/y'],
  ['x%2Fy-1.jpg', 'x/y'],
  ['a%20b.jpg', 'a%20b'],
  ['%2E%2e.jpg', '..'],
  ['100%/1.jpg', '100%'],
  [`${'Tuấn'.normalize('NFD')}.jpg`, 'Tuấn'],
  ['An.jpg', undefined],
  ['anna.jpg', undefined],
  ['an-left.jpg', undefined],
  ['-1.jpg', undefined],
])('the photo %s belongs to the user %s', (path, id) => {
  const ids = ['emp', 'emp-7', 'an', 'x/y', 'a b', 'a%20b', '..', '100%', 'Tuấn'];
  const { photos, strays } = ownPhotos([{ file: `/photos/${path}`, path }], ids);
  expect(photos).toEqual(id === undefined ? [] : [{ id, file: `/photos/${path}`, path }]);
  expect(strays).toEqual(id === undefined ? [path] : []);
});
