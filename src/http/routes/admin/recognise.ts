import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { FaceSearchError } from '../../../core/errors.js';
import { actions, type ChallengeState } from '../../../gallery/passages/challenge.js';
import { hintOf, hints, lookOf, mainFace } from '../../../gallery/passages/look.js';
import type { Passage } from '../../../gallery/passages/passage.js';
import { Passages } from '../../../gallery/passages/passages.js';
import type { CollectionRef } from '../../../persistence/people/people-store.js';
import type { PhotoReport } from '../../../vision/face-analyser.js';
import { imageOfText } from '../../forms/fields.js';
import { candidateSchema, exampleUser, livenessErrors, shown, success, successSchema } from '../../replies.js';
import type { RequestContext } from '../../request-context.js';
import type { Route } from '../../route.js';
import { photoOptions, type Services } from '../../services.js';
import { box, greyPhoto, refusalReply, refusalSchema } from './analyse.js';
import { collection, photo, share, string, whole } from './fields.js';

/** Photos of one request at most. */
const MAX_PHOTOS = 5;

/** The attendance list is written to when somebody comes, and then so often at most; milliseconds. */
const ATTENDED_EVERY = 30_000;

/** Least similarity of a person who is recognised, as that of /search. */
const THRESHOLD = 0.85;

const body = z
  .object({
    collection,
    photos: z
      .array(photo)
      .min(1, 'must not be empty')
      .max(MAX_PHOTOS, `must be at most ${MAX_PHOTOS}`)
      .describe('Pictures of a camera in their order, the newest last.'),
    passage: string()
      .min(8, 'must have 8 characters or more')
      .max(64, 'must be at most 64 characters')
      .optional()
      .describe(
        'Name of the passage that the pictures go on with, such as a UUID of the page. Without one they are a passage of their own.',
      ),
    looks: z
      .int('must be a whole number')
      .min(2, 'must be 2 or more')
      .max(MAX_PHOTOS, `must be at most ${MAX_PHOTOS}`)
      .default(3)
      .describe('How many looks at one face must agree before anything is decided.'),
    threshold: z.number().min(0, 'must be from 0 to 1').max(1, 'must be from 0 to 1').default(THRESHOLD),
    challenge: z.boolean().default(false).describe('Ask for signs of life: turn the head, open the mouth.'),
    attendance: z.boolean().default(false).describe('Write who is recognised into the attendance list.'),
  })
  .meta({ examples: [{ collection: '', photos: [greyPhoto], looks: 3 }] });

const decisions = ['recognised', 'unknown', 'look-again', 'refused'] as const;
const recognition = z.strictObject({
  decision: z.enum(decisions).describe('`look-again` until enough looks agree; `refused` where the face is not live.'),
  person: candidateSchema.nullable().describe('Who is recognised.'),
  isNews: z.boolean().describe('The first time in this passage: an event went to the webhooks.'),
  passage: z.string(),
  looks: whole.describe('Looks that voted.'),
  needed: whole,
  hint: z.enum(hints).nullable().describe('What the person should do.'),
  face: z
    .strictObject({ box, width: whole, height: whole })
    .nullable()
    .describe('The face in the newest picture, and its size.'),
  liveness: share.nullable(),
  refusal: refusalSchema.nullable().describe('What a search would have answered to the newest picture.'),
  challenge: z
    .strictObject({
      step: z.enum([...actions, 'look-here']).nullable(),
      done: whole,
      of: whole,
      left: whole.describe('Milliseconds.'),
    })
    .nullable(),
  attendance: z.strictObject({ day: z.iso.date(), first: z.iso.datetime(), last: z.iso.datetime() }).nullable(),
});
type Recognition = z.input<typeof recognition>;

const schema = {
  tags: ['Camera'],
  summary: 'Who stands before the camera?',
  description:
    'Looks of one passage vote: the mean of their embeddings is searched for, so that one bad picture opens nothing. The largest face counts. A person is told to the webhooks once for each passage.',
  body,
  response: {
    200: successSchema(recognition, {
      decision: 'recognised',
      person: { ...exampleUser, similarity: 0.93 },
      isNews: true,
      passage: '7b3f4a52-9d0e-4c1b-8f6a-2e5d7c9b1a34',
      looks: 3,
      needed: 3,
      hint: null,
      face: { box: { x: 220, y: 120, width: 180, height: 230 }, width: 640, height: 480 },
      liveness: null,
      refusal: null,
      challenge: null,
      attendance: { day: '2027-01-31', first: '2027-01-31T01:02:03.000Z', last: '2027-01-31T01:02:03.000Z' },
    }),
  },
  errors: livenessErrors,
} as const;

type Asked = z.output<typeof body>;

export const recogniseRoute: Route = (app, { services }) => {
  const passages = new Passages();

  app.post('/recognise', { schema, config: { permission: 'search' } }, async ({ body, context, log }) => {
    const parts = services();
    if (body.attendance && !parts.attendance)
      throw new FaceSearchError('BAD_INPUT', 'field-value', { field: 'attendance', fault: 'needs ATTENDANCE_DAYS' });
    const { tenant, keyId } = context.caller;
    const name = body.passage ?? randomUUID();
    const passage = passages.of(JSON.stringify([tenant, keyId, body.collection, name]), Date.now());
    const images = body.photos.map((text) => imageOfText('photos', text));
    let report: PhotoReport | undefined;
    let challenge: ChallengeState | null = null;
    for (const image of images) {
      report = await parts.analyser.lookAt(image, photoOptions({ only_largest_face: true }), context.abandoned);
      challenge = follow(passage, report, body.challenge);
    }
    const seen = report as PhotoReport;
    context.stages = seen.timings;
    context.refusal = seen.refusal ?? undefined;
    const decided = await decide(passage, seen, challenge, body, parts, context);
    const where = context.collection(body.collection);
    const isNews = isDecided(decided) && passage.isNews(decided.person?.id ?? '');
    if (isNews) {
      await parts.webhooks
        .publish(eventOf(where, decided, { passage: name, looks: passage.votes, challenge: body.challenge }))
        .catch((err: unknown) => log.error({ err }, 'an event of a camera is lost: the outbox failed'));
    }
    const attendance = body.attendance ? await attend(passage, where, decided.person?.id, parts) : null;
    return success({
      ...decided,
      isNews,
      passage: name,
      looks: passage.votes,
      needed: body.looks,
      ...pictured(seen, challenge),
      attendance,
    });
  });
};

/** Adds what one picture shows to the passage. */
function follow(passage: Passage, report: PhotoReport, isChallenging: boolean): ChallengeState | null {
  const now = Date.now();
  if (report.refusal?.errorName === 'NOT_LIVE') passage.restart();
  const look = lookOf(report, now, passage.isChallenged);
  if (look) passage.add(look);
  return isChallenging && passage.votes > 0 ? passage.challenge(now) : null;
}

type Decided = Pick<Recognition, 'decision' | 'person'>;

async function decide(
  passage: Passage,
  { embedding, refusal }: PhotoReport,
  challenge: ChallengeState | null,
  { collection, looks, threshold, challenge: isChallenging }: Asked,
  { gallery }: Services,
  context: RequestContext,
): Promise<Decided> {
  if (refusal?.errorName === 'NOT_LIVE') return { decision: 'refused', person: null };
  const isWaiting = isChallenging && challenge?.step !== null;
  // A passage that has enough votes says nothing of a picture in which nobody is.
  if (!embedding || passage.votes < looks || isWaiting) return { decision: 'look-again', person: null };
  const best = await gallery.search(context.collection(collection), passage.mean());
  context.similarity = best?.similarity;
  if (!best || best.similarity < threshold) return { decision: 'unknown', person: null };
  return { decision: 'recognised', person: shown(best) };
}

function isDecided({ decision }: Decided): boolean {
  return decision === 'recognised' || decision === 'unknown';
}

function eventOf({ tenant, collection }: CollectionRef, { person }: Decided, more: Record<string, unknown>) {
  if (person) return { tenant, type: 'recognised', data: { collection, ...person, ...more } } as const;
  return { tenant, type: 'no_match', data: { collection, ...more } } as const;
}

async function attend(
  passage: Passage,
  where: CollectionRef,
  userId: string | undefined,
  { attendance }: Services,
): Promise<Recognition['attendance']> {
  const now = new Date();
  if (userId === undefined || now.getTime() - passage.attendedAt < ATTENDED_EVERY) return null;
  const presence = await attendance?.seen(where, userId, now);
  passage.attendedAt = now.getTime();
  if (!presence) return null;
  return { day: presence.day, first: presence.first.toISOString(), last: presence.last.toISOString() };
}

function pictured(report: PhotoReport, challenge: ChallengeState | null) {
  const { width, height, refusal } = report;
  const face = mainFace(report);
  return {
    // Who turns the head because that was asked for is not told to look here.
    hint: challenge?.step && face ? null : hintOf(report),
    face: face ? { box: face.box, width, height } : null,
    liveness: face?.liveness ?? null,
    refusal: refusalReply(refusal),
    challenge,
  };
}
