import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { evaluationOptions } from '../../src/evaluation/options.js';
import type { Report } from '../../src/evaluation/report/report.js';
import { runEvaluation } from '../../src/evaluation/run-evaluation.js';
import { loadPack } from '../../src/models/pack.js';
import { readOptions } from '../../src/util/options.js';
import { defaultManifestPath } from '../../src/util/paths.js';
import { photo } from '../support/photos.js';
import { tinyFolder } from './tiny-folder.js';

const people = {
  franck: ['franck_01829.jpg', 'franck_02159.jpg', 'franck_03979.jpg'],
  bieber: ['bieber_small.jpg', 'Justin-Bieber2_crop.jpg'],
  audrey: ['audrey.jpg', 'audrey_crop.jpg'],
  connery: ['SeanConnery.jpg'],
};

const options = { ...readOptions([], evaluationOptions).values, pack: 'default', workers: 1 };

const tools = async (print: (text: string) => void) => ({
  pack: await loadPack(defaultManifestPath, 'default'),
  maxPixels: 50_000_000,
  print,
  workerUrl: new URL('../../dist/src/vision/worker.js', import.meta.url),
});

it('eval evaluates a folder of photos end to end', async () => {
  const blank = await sharp({ create: { width: 300, height: 300, channels: 3, background: '#88a' } })
    .jpeg()
    .toBuffer();
  const rows = Object.entries(people).flatMap(([name, files]) => files.map((file) => [`img/${file}`, name] as const));
  const folder = await tinyFolder({
    ...Object.fromEntries(rows.map(([path]) => [path, photo(path.slice(4))])),
    'img/blank.jpg': blank,
    'img/text.jpg': 'no image at all',
    'manifest.csv': [
      'path,identity,set',
      ...rows.map(([path, name]) => `${path},${name},${name === 'franck' ? 'video' : 'stills'}`),
      'img/blank.jpg,nobody,stills',
      'img/text.jpg,nobody,stills',
      'img/gone.jpg,franck,video',
    ].join('\n'),
    'pairs.csv': [
      'a,b,same',
      'img/franck_01829.jpg,img/franck_02159.jpg,1',
      'img/bieber_small.jpg,img/Justin-Bieber2_crop.jpg,1',
      'img/audrey.jpg,img/blank.jpg,1',
      'img/franck_01829.jpg,img/gone.jpg,1',
      'img/franck_01829.jpg,img/audrey.jpg,0',
      'img/bieber_small.jpg,img/SeanConnery.jpg,0',
      'img/audrey.jpg,img/Justin-Bieber2_crop.jpg,0',
    ].join('\n'),
  });
  const out = join(folder, 'report', 'here');
  let printed = '';
  const report = await runEvaluation(
    { ...options, folder, set: ['video', 'stills'], group: [{ name: 'both', sets: ['video', 'stills'] }], out },
    await tools((text) => {
      printed += text;
    }),
  );

  expect(report.acquisition).toEqual({
    attempted: 10,
    failed: 2,
    failures: [
      { reason: expect.stringMatching(/^(no-face|image-format)$/), paths: [expect.any(String)] },
      { reason: expect.stringMatching(/^(no-face|image-format)$/), paths: [expect.any(String)] },
    ],
  });
  expect(report.selection.missingFiles).toEqual(['img/gone.jpg']);
  expect(report.pairLists).toHaveLength(1);
  expect(report.pairLists[0]).toMatchObject({
    genuine: 3,
    impostor: 3,
    notAcquired: 1,
    withMissingFiles: 1,
    best: { accuracy: 1, falseMatches: 0, falseNonMatches: 0 },
    eer: { rate: 0 },
    accuracy: { all: { folds: 3, mean: expect.closeTo(5 / 6, 9) }, acquired: { mean: 1 } },
  });
  expect(
    report.groups.map(({ name, images, notAcquired, genuine, impostor }) => [
      name,
      images,
      notAcquired,
      genuine,
      impostor,
    ]),
  ).toEqual([
    ['all', 8, 2, 5, 23],
    ['both', 8, 2, 5, 23],
    ['video', 3, 0, 3, 0],
    ['stills', 5, 2, 2, 8],
  ]);
  // Of the four people one has a single photo; with three photos of each there is no gallery of two people.
  expect(report.galleries).toMatchObject([
    { group: 'both', people: 4, trials: [{ photos: 1, known: 3, strangers: 4 }] },
  ]);
  expect(report.galleries[0]?.door).toBeNull();
  expect(printed).toContain('2 of 10 images gave no embedding: 20.00 %');
  expect(printed).toContain('1 file missing and left out everywhere: img/gone.jpg.');

  expect((await readdir(out)).sort()).toEqual(['det.svg', 'report.json', 'report.md', 'scores.svg']);
  expect(JSON.parse(await readFile(join(out, 'report.json'), 'utf8')) as Report).toMatchObject({
    dataSet: report.dataSet,
    model: { pack: 'default', version: 'v3' },
    acquisition: report.acquisition,
  });
  expect(await readFile(join(out, 'report.md'), 'utf8')).toContain('![DET curves](det.svg)');
});

it('eval reports what the gates do with labelled photos', async () => {
  const blank = await sharp({ create: { width: 300, height: 300, channels: 3, background: '#88a' } })
    .jpeg()
    .toBuffer();
  const folder = await tinyFolder({
    'franck.jpg': photo('franck_01829.jpg'),
    'audrey.jpg': photo('audrey.jpg'),
    'blank.jpg': blank,
    'other.jpg': blank,
    'listed.txt': 'franck.jpg\n# a remark\nblank.jpg\n\n./audrey.jpg\n',
    'corrections.csv': 'path,label\naudrey.jpg,no_mask\nelsewhere.jpg,hat\n',
    'manifest.csv': [
      'path,label,expect',
      'franck.jpg,no_mask,',
      'audrey.jpg,mask,',
      'blank.jpg,no_face|plain,',
      'other.jpg,,407',
    ].join('\n'),
  });
  let printed = '';
  const report = await runEvaluation(
    {
      ...options,
      folder,
      subset: join(folder, 'listed.txt'),
      corrections: join(folder, 'corrections.csv'),
      out: join(folder, 'out'),
      docs: join(folder, 'accuracy.md'),
    },
    await tools((text) => {
      printed += text;
    }),
  );
  expect(report.groups).toEqual([]);
  expect(report.gates).toMatchObject({ images: 3, minFaceWidth: 0, labelsCorrected: 1 });
  expect(report.gates?.byLabel.map(({ label, expected, right, wrong }) => [label, expected, right, wrong])).toEqual([
    ['no_mask', 200, 1, 0],
    // There is no mask in this one.
    ['mask', 406, 0, 1],
    ['no_face|plain', 407, 1, 0],
  ]);
  expect(report.targets.find(({ name }) => name.startsWith('No-face'))).toMatchObject({
    value: 1,
    met: true,
  });
  expect(report.targets.find(({ name }) => name.startsWith('Bare faces and eyeglasses refused as'))).toMatchObject({
    count: 1,
    corrected: { count: 2, events: 0 },
  });
  expect(printed).toContain('mask, expected 406: audrey.jpg (200)');
  expect(printed).toContain('with the labels of 1 photo corrected by eye');
  expect((await readdir(join(folder, 'out'))).sort()).toEqual(['confusion.svg', 'report.json', 'report.md']);

  const doc = await readFile(join(folder, 'accuracy.md'), 'utf8');
  expect(doc).toContain('![Labels and outcomes](accuracy/confusion.svg)');
  expect(doc).not.toMatch(/\{\{|audrey|franck/);
  expect(await readdir(join(folder, 'accuracy'))).toEqual(['confusion.svg']);
});
