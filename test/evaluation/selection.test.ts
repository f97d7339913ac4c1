import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { unknownImage } from '../../src/evaluation/data-set.js';
import { select } from '../../src/evaluation/selection.js';
import { tinyFolder } from './tiny-folder.js';

const images = { 'a1.jpg': '', 'a2.jpg': '', 'b1.jpg': '', 'c1.jpg': '' };
const manifest = 'path,set,identity\na1.jpg,one,Ann\na2.jpg,one,Ann\nb1.jpg,two,Bob\nc1.jpg,two,\n';

describe('what is evaluated', () => {
  it('eval takes every image with an identity when there is no pair list', async () => {
    const folder = await tinyFolder({ ...images, 'manifest.csv': manifest });
    const selection = await select({ folder });
    expect(selection.images.map(({ path }) => path)).toEqual(['a1.jpg', 'a2.jpg', 'b1.jpg']);
    expect(selection).toMatchObject({ pairLists: [], missing: [], imagesLeftOut: 0 });
  });

  it('eval takes the images that the pair lists name when there are some', async () => {
    const folder = await tinyFolder({
      ...images,
      'manifest.csv': manifest,
      'pairs.csv': 'a,b,same\na1.jpg,./a2.jpg,1\n',
    });
    const selection = await select({ folder });
    expect(selection.images.map(({ path }) => path)).toEqual(['a1.jpg', 'a2.jpg']);
    expect(selection.pairLists).toEqual([
      { name: 'pairs', pairs: [{ a: 'a1.jpg', b: 'a2.jpg', same: true }], pairsWithMissingFiles: 0 },
    ]);
    expect(selection.imagesLeftOut).toBe(1);
  });

  it('eval takes the chosen sets, with the pair lists that stay within them', async () => {
    const folder = await tinyFolder({
      ...images,
      'manifest.csv': manifest,
      'pairs_one.csv': 'a,b,same\na1.jpg,a2.jpg,1\n',
      'pairs_two.csv': 'a,b,same\na1.jpg,b1.jpg,0\n',
    });
    const selection = await select({ folder, set: ['one'] });
    expect(selection.images.map(({ path }) => path)).toEqual(['a1.jpg', 'a2.jpg']);
    expect(selection.pairLists.map(({ name }) => name)).toEqual(['pairs_one']);
    expect(selection.pairListsLeftOut).toEqual(['pairs_two']);

    const asked = await select({ folder, set: ['one'], pairs: ['pairs_two.csv'] });
    expect(asked.images.map(({ path }) => path)).toEqual(['a1.jpg', 'a2.jpg', 'b1.jpg']);
  });

  it('eval keeps the files that exist and names those that are missing', async () => {
    const folder = await tinyFolder({
      'a1.jpg': '',
      'b1.jpg': '',
      'manifest.csv': manifest,
      'pairs.csv': 'a,b,same\na1.jpg,a2.jpg,1\na1.jpg,b1.jpg,0\n',
    });
    const selection = await select({ folder });
    expect(selection.missing).toEqual(['a2.jpg']);
    expect(selection.pairLists[0]).toMatchObject({ pairs: [{ b: 'b1.jpg' }], pairsWithMissingFiles: 1 });
  });

  it('eval takes an image that only a pair list knows', async () => {
    const folder = await tinyFolder({
      ...images,
      'x.jpg': '',
      'manifest.csv': manifest,
      'pairs.csv': 'a,b,same\nx.jpg,a1.jpg,0',
    });
    expect((await select({ folder })).images[0]).toEqual(unknownImage('x.jpg'));
  });
});

describe('what goes through the gates', () => {
  const labelled = [
    'path,set,identity,label,expect',
    'a1.jpg,one,Ann,,',
    'a2.jpg,one,,mask|hat ,',
    'b1.jpg,two,Bob,,410',
    'c1.jpg,two,,,',
  ].join('\n');
  const gatePaths = async (options: Partial<Parameters<typeof select>[0]>, csv = labelled) => {
    const folder = await tinyFolder({ ...images, 'manifest.csv': csv, 'list.txt': '\ufeffa2.jpg\r\nb1.jpg\n' });
    const subset = options.subset ? join(folder, options.subset) : undefined;
    const { gateImages, images: recognised } = await select({ folder, ...options, subset });
    return [gateImages.map(({ path }) => path).join(), recognised.map(({ path }) => path).join()];
  };

  it('the gates get every image with a label, an expectation or an identity when the manifest has labels', async () => {
    expect(await gatePaths({})).toEqual(['a1.jpg,a2.jpg,b1.jpg', 'a1.jpg,b1.jpg']);
    expect(await gatePaths({}, manifest)).toEqual(['', 'a1.jpg,a2.jpg,b1.jpg']);
  });

  it('sets, a list of paths and halves restrict the images for the gates', async () => {
    expect(await gatePaths({ set: ['two'] })).toEqual(['b1.jpg', 'b1.jpg']);
    expect(await gatePaths({ subset: 'list.txt' })).toEqual(['a2.jpg,b1.jpg', 'b1.jpg']);
    expect(await gatePaths({ only: 'gates' })).toEqual(['a1.jpg,a2.jpg,b1.jpg', '']);
    expect(await gatePaths({ only: 'recognition' })).toEqual(['', 'a1.jpg,b1.jpg']);
    expect(await gatePaths({ group: [{ name: 'g', sets: ['one'] }] })).toEqual(['a1.jpg,a2.jpg,b1.jpg', 'a1.jpg']);
  });

  it('images for the gates need no identities', async () => {
    expect(await gatePaths({}, 'path,label\na1.jpg,mask\n')).toEqual(['a1.jpg', '']);
  });

  it('a list of paths restricts a pair list', async () => {
    const folder = await tinyFolder({
      ...images,
      'manifest.csv': manifest,
      'pairs.csv': 'a,b,same\na1.jpg,a2.jpg,1\na1.jpg,b1.jpg,0\n',
      'list.txt': 'a1.jpg\na2.jpg\n',
    });
    const { pairLists } = await select({ folder, subset: join(folder, 'list.txt') });
    expect(pairLists[0]?.pairs).toEqual([{ a: 'a1.jpg', b: 'a2.jpg', same: true }]);
  });
});

describe('aliases', () => {
  const withAliases = (aliases: string) =>
    tinyFolder({ ...images, 'manifest.csv': manifest, 'aliases.csv': `name,is\n${aliases}` });

  it('aliases make one person of two names, through other names too', async () => {
    const { images: chosen } = await select({ folder: await withAliases('Ann,Anna\nAnna,Bob\n') });
    expect(chosen.map(({ identity }) => identity)).toEqual(['Bob', 'Bob', 'Bob']);
  });

  it('aliases may not form a circle, nor lack a name', async () => {
    await expect(select({ folder: await withAliases('Ann,Bob\nBob,Ann\n') })).rejects.toThrow('in a circle');
    await expect(select({ folder: await withAliases('Ann,\n') })).rejects.toThrow('a name is missing');
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
    ['a strange expectation', { 'manifest.csv': 'path,expect\na.jpg,no\n' }, /line 2: expect must be one of 200, 400/],
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
    await expect(select({ folder })).rejects.toMatchObject({
      name: expect.stringMatching(/^(Input|Operator)Error$/),
      message: expect.stringMatching(message),
    });
  });

  it('eval refuses a missing folder', async () => {
    await expect(select({ folder: '/nowhere/at/all' })).rejects.toThrow('/nowhere/at/all is not a folder');
  });

  it('eval refuses a set that does not exist', async () => {
    const folder = await tinyFolder({ ...images, 'manifest.csv': manifest });
    await expect(select({ folder, set: ['one', 'three'] })).rejects.toThrow('no set three; it has one, two');
    const plain = await tinyFolder({ 'a.jpg': '', 'manifest.csv': 'path,identity\na.jpg,Ann\n' });
    await expect(select({ folder: plain, set: ['one'] })).rejects.toThrow('no column "set"');
  });

  it('eval refuses a pair list that does not exist', async () => {
    const folder = await tinyFolder({ ...images, 'manifest.csv': manifest });
    await expect(select({ folder, pairs: ['other.csv'] })).rejects.toThrow(/There is no .*other\.csv/);
  });
});
