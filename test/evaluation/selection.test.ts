import { describe, expect, it } from 'vitest';
import { select } from '../../src/evaluation/selection.js';
import { tinyFolder } from './tiny-folder.js';

const all = { sets: null, pairs: null };
const images = { 'a1.jpg': '', 'a2.jpg': '', 'b1.jpg': '', 'c1.jpg': '' };
const manifest = 'path,set,identity\na1.jpg,one,Ann\na2.jpg,one,Ann\nb1.jpg,two,Bob\nc1.jpg,two,\n';

describe('what is evaluated', () => {
  it('is every image with an identity when there is no pair list', async () => {
    const folder = await tinyFolder({ ...images, 'manifest.csv': manifest });
    const selection = await select({ folder, ...all });
    expect(selection.images.map(({ path }) => path)).toEqual(['a1.jpg', 'a2.jpg', 'b1.jpg']);
    expect(selection).toMatchObject({ pairLists: [], missing: [], imagesLeftOut: 0 });
  });

  it('is what the pair lists name when there are some', async () => {
    const folder = await tinyFolder({
      ...images,
      'manifest.csv': manifest,
      'pairs.csv': 'a,b,same\na1.jpg,./a2.jpg,1\n',
    });
    const selection = await select({ folder, ...all });
    expect(selection.images.map(({ path }) => path)).toEqual(['a1.jpg', 'a2.jpg']);
    expect(selection.pairLists).toEqual([
      { name: 'pairs', pairs: [{ a: 'a1.jpg', b: 'a2.jpg', same: true }], pairsWithMissingFiles: 0 },
    ]);
    expect(selection.imagesLeftOut).toBe(1);
  });

  it('is the chosen sets, with the pair lists that stay within them', async () => {
    const folder = await tinyFolder({
      ...images,
      'manifest.csv': manifest,
      'pairs_one.csv': 'a,b,same\na1.jpg,a2.jpg,1\n',
      'pairs_two.csv': 'a,b,same\na1.jpg,b1.jpg,0\n',
    });
    const selection = await select({ folder, sets: ['one'], pairs: null });
    expect(selection.images.map(({ path }) => path)).toEqual(['a1.jpg', 'a2.jpg']);
    expect(selection.pairLists.map(({ name }) => name)).toEqual(['pairs_one']);
    expect(selection.pairListsLeftOut).toEqual(['pairs_two']);

    const asked = await select({ folder, sets: ['one'], pairs: ['pairs_two.csv'] });
    expect(asked.images.map(({ path }) => path)).toEqual(['a1.jpg', 'a2.jpg', 'b1.jpg']);
  });

  it('keeps what is there and names what is not', async () => {
    const folder = await tinyFolder({
      'a1.jpg': '',
      'b1.jpg': '',
      'manifest.csv': manifest,
      'pairs.csv': 'a,b,same\na1.jpg,a2.jpg,1\na1.jpg,b1.jpg,0\n',
    });
    const selection = await select({ folder, ...all });
    expect(selection.missing).toEqual(['a2.jpg']);
    expect(selection.pairLists[0]).toMatchObject({ pairs: [{ b: 'b1.jpg' }], pairsWithMissingFiles: 1 });
  });

  it('takes an image that only a pair list knows', async () => {
    const folder = await tinyFolder({
      ...images,
      'x.jpg': '',
      'manifest.csv': manifest,
      'pairs.csv': 'a,b,same\nx.jpg,a1.jpg,0',
    });
    expect((await select({ folder, ...all })).images[0]).toEqual({ path: 'x.jpg', identity: '', set: '' });
  });
});

describe('a folder that cannot be used', () => {
  const cases: [string, Record<string, string>, RegExp][] = [
    ['no manifest', {}, /There is no .*manifest\.csv/],
    ['an empty manifest', { 'manifest.csv': '' }, /no column "path", "identity"; it is empty/],
    ['a manifest without rows', { 'manifest.csv': 'path,identity\n' }, /names no image/],
    ['a missing column', { 'manifest.csv': 'path,name\na.jpg,Ann\n' }, /no column "identity"; it has path, name/],
    ['a row that is too short', { 'manifest.csv': 'path,identity\na.jpg\n' }, /not a valid CSV file.*line 2/],
    ['an open quote', { 'manifest.csv': 'path,identity\n"a.jpg,Ann\n' }, /not a valid CSV file/],
    ['an empty path', { 'manifest.csv': 'path,identity\na.jpg,Ann\n,Bob\n' }, /line 3: the path is empty/],
    [
      'two identities of one image',
      { 'manifest.csv': 'path,identity\na.jpg,Ann\na.jpg,Bob\n' },
      /line 3: a\.jpg is there twice/,
    ],
    ['no identity at all', { 'manifest.csv': 'path,identity\na.jpg,\n' }, /no chosen image has an identity/],
    [
      'no file at all',
      { 'manifest.csv': 'path,identity\na.jpg,Ann\nb.jpg,Bob\n' },
      /None of the 2 images is there; the first is a\.jpg/,
    ],
    [
      'an unclear pair',
      { 'manifest.csv': manifest, 'pairs.csv': 'a,b,same\na1.jpg,b1.jpg,yes\n' },
      /pairs\.csv, line 2: same must be 1/,
    ],
    ['half a pair', { 'manifest.csv': manifest, 'pairs.csv': 'a,b,same\na1.jpg,,1\n' }, /line 2: an image is missing/],
    ['a list without pairs', { 'manifest.csv': manifest, 'pairs.csv': 'a,b,same\n' }, /names no pair/],
  ];
  it.each(cases)('%s', async (_, files, message) => {
    const folder = await tinyFolder(files);
    await expect(select({ folder, ...all })).rejects.toMatchObject({
      name: 'EvaluationError',
      message: expect.stringMatching(message),
    });
  });

  it('no folder', async () => {
    await expect(select({ folder: '/nowhere/at/all', ...all })).rejects.toThrow('/nowhere/at/all is not a folder');
  });

  it('a set that is not there', async () => {
    const folder = await tinyFolder({ ...images, 'manifest.csv': manifest });
    await expect(select({ folder, sets: ['one', 'three'], pairs: null })).rejects.toThrow(
      'no set three; it has one, two',
    );
    const plain = await tinyFolder({ 'a.jpg': '', 'manifest.csv': 'path,identity\na.jpg,Ann\n' });
    await expect(select({ folder: plain, sets: ['one'], pairs: null })).rejects.toThrow('no column "set"');
  });

  it('a pair list that is not there', async () => {
    const folder = await tinyFolder({ ...images, 'manifest.csv': manifest });
    await expect(select({ folder, sets: null, pairs: ['other.csv'] })).rejects.toThrow(/There is no .*other\.csv/);
  });
});
