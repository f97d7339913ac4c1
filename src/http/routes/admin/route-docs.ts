import { z } from 'zod';
import { type ErrorName, errorRow } from '../../../core/errors.js';
import type { RouteDoc } from '../../plugins/openapi/route-doc.js';
import { ofAnyCall, withBody, withPhoto } from '../v4/documented-errors.js';
import { adminPath } from './admin.js';
import { analyseBody, candidatesBody, faceParameter, facesQuery, usersQuery } from './requests.js';

const answer = (data: z.ZodType) => z.strictObject({ data, code: z.literal('200') });
/** The example stands for the largest number that there is, which viewers show otherwise. */
const whole = z
  .int()
  .min(0)
  .meta({ examples: [1] });
const share = z.number().min(0).max(1);
const text = z.string();

const status = z.strictObject({
  tenant: text,
  readOnly: z.boolean().describe('The key may only search and extract.'),
  version: text,
  node: text,
  model: text.describe('Name and digest of the model whose faces are compared.'),
  uptime: whole.describe('Seconds.'),
  similarity: z.enum(['calibrated', 'cosine']),
  minResolution: z.strictObject({ width: whole, height: whole }).nullable(),
  minFaceWidth: whole.describe('Pixels.'),
  minFaceArea: share.describe('Share of the photo; 0 is no limit.'),
});
const counted = z.record(text, whole);
const load = z.strictObject({
  queued: whole.describe('Photos that wait for a worker, whoever sent them.'),
  workers: whole.describe('Threads that run the models.'),
  loopDelay: whole.describe('Longest delay of the thread that answers, in the last two seconds; milliseconds.'),
  memory: whole.describe('Bytes of the process, rounded up to 32 MiB.'),
  requests: counted.describe(
    "Calls of the key's tenant by code, since the server started; those that look things up here are left out.",
  ),
  refusals: counted.describe('What they were refused for, and what /analyse said that photos would be.'),
});
const collections = z.array(z.strictObject({ collection: text, users: whole, faces: whole }));
const users = z.strictObject({
  total: whole.describe('How many there are on all pages.'),
  users: z.array(z.strictObject({ id: text, name: text, faces: whole })),
});
const faces = z.array(
  z.strictObject({ face: z.int().min(1), model: text, created: z.iso.datetime(), hasPhoto: z.boolean() }),
);
const candidates = z.array(z.strictObject({ id: text, name: text, face: z.int().min(1), similarity: share }));

const point = z.strictObject({ x: z.number(), y: z.number() });
const box = z.strictObject({ ...point.shape, width: z.number(), height: z.number() });
const scores = z.strictObject({ mask: share, sunglasses: share, hat: share, face: share });
const faults = ['too-close', 'mask', 'sunglasses', 'hat'] as const;
const refusal = z.strictObject({ code: text, data: text, reason: text });
const analysis = z.strictObject({
  width: whole.describe('Of the photo in pixels, upright.'),
  height: whole,
  faces: z
    .array(
      z.strictObject({
        box: box.describe('In pixels of the photo.'),
        outline: z.array(point).describe('68 landmarks.'),
        fivePoints: z.array(point).describe('What the embedding is aligned to.'),
        scores: scores.nullable(),
        fault: z.enum(faults).nullable().describe('Why it is not a full face.'),
        isPerson: z.boolean().describe('False for a passer-by, who does not count.'),
      }),
    )
    .describe('Largest first.'),
  idCard: z.strictObject({ probability: share.nullable(), threshold: share, isIdCard: z.boolean() }).nullable(),
  thresholds: scores.nullable().describe('From where on each score counts.'),
  refusal: refusal
    .nullable()
    .describe('What a call with the same options would answer; null when it would take the photo.'),
});

const readable: ErrorName[] = [...ofAnyCall, 'READ_ONLY_KEY'];
const ofUser: ErrorName[] = [...readable, 'BAD_INPUT', 'USER_NOT_FOUND'];

/** The calls under /admin/v1, as the documentation shows them. */
export const adminDocs: readonly RouteDoc[] = [
  get('/status', 'Whose key is this, and what is the server?', status, ofAnyCall),
  get('/load', 'How busy is the server, and what came of my calls?', load, ofAnyCall),
  get('/collections', 'Collections with counts, in order of their names', collections, readable),
  {
    ...get('/users', 'Users by page, in order of creation', users, [...readable, 'BAD_INPUT']),
    query: usersQuery,
  },
  { ...get('/faces', 'Faces of a user, in order of creation', faces, ofUser), query: facesQuery },
  {
    ...get('/faces/{face}', 'Delete a single face', z.literal('Face deleted'), [...ofUser, 'FACE_NOT_FOUND']),
    method: 'delete',
    query: facesQuery,
    parameters: faceParameter,
  },
  {
    ...get('/faces/{face}/photo', 'The photo of a face', text, [...ofUser, 'FACE_NOT_FOUND', 'PHOTO_NOT_FOUND']),
    description: 'Only photos of people whom a search enrolled are kept.',
    query: facesQuery,
    parameters: faceParameter,
    success: { mediaTypes: ['image/jpeg', 'image/png'] },
  },
  {
    ...post('/candidates', 'Who looks most like this?', candidates, withPhoto),
    description: 'The `k` most similar users, each with the best of their faces. Takes either a photo or a vector.',
    body: { type: 'application/json', schema: candidatesBody },
  },
  {
    ...post('/analyse', 'What does the server see in a photo?', analysis, withBody),
    description: `Refusals such as ${errorRow('NO_FACE').code} are told in \`refusal\`.`,
    body: { type: 'application/json', schema: analyseBody },
  },
];

function get(path: string, summary: string, data: z.ZodType, errors: readonly ErrorName[]): RouteDoc {
  return { method: 'get', path: adminPath + path, tag: 'Administration', summary, success: answer(data), errors };
}

function post(...given: Parameters<typeof get>): RouteDoc {
  return { ...get(...given), method: 'post' };
}
