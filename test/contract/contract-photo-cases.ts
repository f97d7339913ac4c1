import { expect } from 'vitest';
import { field, file, type PartInit } from '../support/multipart.js';
import type { Case, Step } from './contract-case.js';
import { photos } from './contract-photos.js';

const id = field('id', 'u1');
const franck: Step = ['POST', '/create', id, field('name', 'Franck')];
const enrolled: Step[] = [franck, ['POST', '/add', id, file(photos.franck)]];
const base64 = (image: Buffer) => field('file', image.toString('base64'));
const brokenLines = (image: Buffer) =>
  field('file', `data:image/jpeg;base64,${(image.toString('base64').match(/.{1,76}/g) ?? []).join('\r\n')}`);

const ok = (data: unknown) => ({ data, code: '200' });
const missing = (what: string) => ({ data: `Missing ${what}`, code: '412', reason: `missing-${what}` });
const refusal = (code: string, reason: string, data: unknown = expect.any(String)) => ({ code, data, reason });
const match = { id: 'u1', name: 'Franck', similarity: expect.any(Number) };
const notFound = { data: 'Not found', code: '404', reason: 'not-found' };
const noFace = refusal('407', 'no-face', 'No face detected');
const manyFaces = refusal('407', 'many-faces', 'More than 1 faces detected');
const tooClose = refusal(
  '406',
  'too-close',
  'Photo not contains full face, too close; wearing mask, sunglasses or hat',
);
const vector = {
  data: { vector: expect.toSatisfy((v: number[]) => v.length === 512 && Math.abs(Math.hypot(...v) - 1) < 1e-5) },
  code: '200',
  message: 'successful',
};

/** Images that calls 2, 3 and 11 refuse in the same way. */
const refusedPhotos = (method: 'POST', path: string, ...more: PartInit[]): Case[] =>
  (
    [
      ['a GIF', file(photos.gif, 'a.jpg'), refusal('400', 'image-format')],
      ['a WebP', file(photos.webp), refusal('400', 'image-format')],
      ['half a JPEG', file(photos.damaged), refusal('400', 'image-damaged')],
      ['text', file('hello'), refusal('400', 'image-format')],
      ['text that is not base64', field('file', 'hello, world'), refusal('400', 'image-base64')],
      ['a low resolution', file(photos.tooSmall), refusal('400', 'image-resolution')],
      ['5 MiB and 1 byte', file(photos.overLimit), refusal('400', 'image-size')],
      ['5 MiB and 1 byte in base64', brokenLines(photos.overLimit), refusal('400', 'image-size')],
      ['no face', file(photos.noFace), noFace],
      ['several faces', file(photos.group), manyFaces],
      ['a face too close', file(photos.tooClose), tooClose],
    ] as const
  ).map(([what, image, reply]) => ({
    what,
    ...(path === '/add' && { given: [franck] }),
    call: [method, path, ...more, image],
    reply: reply as Case['reply'],
  }));

/** Images that calls 10 and 12 refuse in the same way. */
const refusedCrops = (path: string): Case[] => [
  { what: 'base64', call: ['POST', path, base64(photos.crop)], reply: refusal('400', 'image-as-text') },
  { what: 'a GIF', call: ['POST', path, file(photos.gif)], reply: refusal('400', 'image-format') },
  { what: '5 MiB and 1 byte', call: ['POST', path, file(photos.overLimit)], reply: refusal('400', 'image-size') },
  { what: 'no file', call: ['POST', path], reply: missing('file') },
];

const search = (...parts: PartInit[]): Step => ['POST', '/search', ...parts];

/** Calls 2, 3 and 10 to 12: those with an image. */
export const photoCases: readonly Case[] = [
  { what: 'a photo', given: [franck], call: ['POST', '/add', id, file(photos.franck)], reply: ok('Add photo success') },
  {
    what: 'file first',
    given: [franck],
    call: ['POST', '/add', file(photos.franck), id],
    reply: ok('Add photo success'),
  },
  {
    what: 'base64',
    given: [franck],
    call: ['POST', '/add', id, base64(photos.franck)],
    reply: ok('Add photo success'),
  },
  { what: 'a PNG', given: [franck], call: ['POST', '/add', id, file(photos.png)], reply: ok('Add photo success') },
  { what: '5 MiB', given: [franck], call: ['POST', '/add', id, file(photos.atLimit)], reply: ok('Add photo success') },
  {
    what: 'allow_id_card',
    given: [franck],
    call: ['POST', '/add', id, file(photos.franck), field('allow_id_card', 'true')],
    reply: ok('Add photo success'),
  },
  {
    what: 'disable_validation, which it does not have',
    given: [franck],
    call: ['POST', '/add', id, file(photos.tooClose), field('disable_validation', 'true')],
    reply: tooClose,
  },
  {
    what: 'only_largest_face, which it does not have',
    given: [franck],
    call: ['POST', '/add', id, file(photos.group), field('only_largest_face', 'true')],
    reply: manyFaces,
  },
  ...refusedPhotos('POST', '/add', id),
  {
    what: 'an unknown user',
    call: ['POST', '/add', id, file('no image')],
    reply: refusal('404', 'user-not-found', 'User not found'),
  },
  { what: 'no id', call: ['POST', '/add', file(photos.franck)], reply: missing('id') },
  { what: 'no file', given: [franck], call: ['POST', '/add', id], reply: missing('file') },
  { what: 'an empty file', given: [franck], call: ['POST', '/add', id, file('')], reply: missing('file') },

  {
    what: 'another photo of the same person',
    given: enrolled,
    call: search(file(photos.franckAgain)),
    reply: ok(match),
  },
  { what: 'the same photo in base64', given: enrolled, call: search(base64(photos.franck)), reply: ok(match) },
  { what: '5 MiB in base64', given: enrolled, call: search(brokenLines(photos.atLimit)), reply: ok(match) },
  {
    what: 'the same photo as PNG',
    given: enrolled,
    call: search(file(photos.png)),
    reply: ok({ ...match, similarity: expect.closeTo(1, 2) }),
  },
  { what: 'a stranger', given: enrolled, call: search(file(photos.audrey)), reply: notFound },
  {
    what: 'a stranger, threshold 0',
    given: enrolled,
    call: search(file(photos.audrey), field('threshold', '0')),
    reply: ok(match),
  },
  {
    what: 'a near miss',
    given: enrolled,
    call: search(field('lower_threshold', '0'), file(photos.audrey)),
    reply: { extra_data: match, code: '200' },
  },
  { what: 'an unknown collection', call: search(file(photos.audrey), field('lower_threshold', '0')), reply: notFound },
  {
    what: 'create',
    call: search(file(photos.audrey), field('create', 'TRUE')),
    reply: ok({ id: expect.stringMatching(/^[0-9a-f-]{36}$/), new: true }),
  },
  {
    what: 'a person that create has enrolled',
    given: [search(file(photos.audrey), field('create', '1'))],
    call: search(file(photos.audrey), field('create', '1')),
    reply: ok({ id: expect.any(String), name: '', similarity: expect.closeTo(1, 5) }),
  },
  {
    what: 'only_largest_face',
    given: enrolled,
    call: search(file(photos.group), field('only_largest_face', 'true')),
    reply: notFound,
  },
  {
    what: 'disable_validation',
    given: enrolled,
    call: search(file(photos.tooClose), field('disable_validation', 'true')),
    reply: notFound,
  },
  ...refusedPhotos('POST', '/search'),
  {
    what: 'a threshold above 1',
    call: search(file(photos.franck), field('threshold', '1.1')),
    reply: refusal('400', 'threshold-range'),
  },
  {
    what: 'lower_threshold at threshold',
    call: search(file(photos.franck), field('lower_threshold', '0.85')),
    reply: refusal('400', 'threshold-order'),
  },
  { what: 'no file', call: search(), reply: missing('file') },

  {
    what: 'a crop of a stranger',
    given: enrolled,
    call: ['POST', '/search_no_crop', file(photos.crop)],
    reply: notFound,
  },
  {
    what: 'a crop, threshold 0',
    given: enrolled,
    call: ['POST', '/search_no_crop', file(photos.crop), field('threshold', '0')],
    reply: ok(match),
  },
  { what: 'an unknown collection', call: ['POST', '/search_no_crop', file(photos.crop)], reply: notFound },
  {
    what: 'a negative threshold',
    call: ['POST', '/search_no_crop', file(photos.crop), field('threshold', '-1')],
    reply: refusal('400', 'threshold-range'),
  },
  ...refusedCrops('/search_no_crop'),

  { what: 'a photo', call: ['POST', '/extract_from_fm', file(photos.franck)], reply: vector },
  { what: 'base64', call: ['POST', '/extract_from_fm', base64(photos.franck)], reply: vector },
  ...['v3', 'v4', 'none'].flatMap((version): Case[] => [
    {
      what: version,
      headers: { facematch_version: version },
      call: ['POST', '/extract_from_fm', file(photos.franck)],
      reply: vector,
    },
    {
      what: version,
      headers: { facematch_version: version },
      call: ['POST', '/extract_no_crop_from_fm', file(photos.crop)],
      reply: vector,
    },
  ]),
  {
    what: 'an unknown version',
    headers: { facematch_version: 'v5' },
    call: ['POST', '/extract_from_fm', file(photos.franck)],
    reply: refusal('400', 'facematch-version'),
  },
  {
    what: 'every flag',
    call: [
      'POST',
      '/extract_from_fm',
      ...['only_largest_face', 'disable_validation', 'allow_id_card'].map((name) => field(name, '1')),
      file(photos.group),
    ],
    reply: vector,
  },
  ...refusedPhotos('POST', '/extract_from_fm'),
  { what: 'no file', call: ['POST', '/extract_from_fm'], reply: missing('file') },

  { what: 'a crop', call: ['POST', '/extract_no_crop_from_fm', file(photos.crop)], reply: vector },
  ...refusedCrops('/extract_no_crop_from_fm'),
];
