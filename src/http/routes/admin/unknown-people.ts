import { z } from 'zod';
import { FaceSearchError } from '../../../core/errors.js';
import { requirePermission } from '../../plugins/auth.js';
import { exampleUser, success, successSchema } from '../../replies.js';
import type { Route } from '../../route.js';
import { collection, name, similarity, whole } from './fields.js';
import { userId, userIds } from './people/batch.js';
import { MAX_MERGED, personWithFaces } from './people/merge-users.js';
import { refuseInvisible } from './people/rename-user.js';

const groups = z.strictObject({
  people: whole.describe('Strangers in all.'),
  isPartial: z.boolean().describe('There are more than are looked at: the newest are.'),
  groups: z.array(
    z.strictObject({
      ids: z.array(z.string()),
      faces: whole,
      first: z.iso.datetime(),
      last: z.iso.datetime(),
      portraits: z.array(z.strictObject({ id: z.string(), face: z.int().min(1) })),
    }),
  ),
});

const time = '2027-01-31T08:30:00.000Z';
const stranger = '7b3f4a52-9d0e-4c1b-8f6a-2e5d7c9b1a34';

const listSchema = {
  tags: ['People'],
  summary: 'Strangers, grouped by who looks like one person',
  description:
    'Users whom a search created and nobody has named. The largest group comes first; who looks like no other is a group of one.',
  querystring: z.object({
    collection,
    least: similarity('0.8').describe('Least similarity of two who are grouped.'),
  }),
  response: {
    200: successSchema(groups, {
      people: 1,
      isPartial: false,
      groups: [{ ids: [stranger], faces: 1, first: time, last: time, portraits: [{ id: stranger, face: 1 }] }],
    }),
  },
} as const;

export const unknownPeopleRoute: Route = (app, { services }) => {
  app.get(
    '/unknown-people',
    { schema: listSchema, config: { permission: 'list' } },
    async ({ query: { collection, least }, context }) => {
      const { directory, gallery } = services();
      const where = context.collection(collection);
      const { total, isPartial, groups } = await gallery.lookalikes.strangers(where, least, context.abandoned);
      const shown = groups.map(async ({ strangers }) => {
        const times = strangers.map(({ createdAt }) => createdAt.toISOString()).sort();
        const portraits = strangers.map(async ({ id, faceId }) => {
          const face = faceId === undefined ? undefined : await directory.shownFace(where, id, faceId);
          return face === undefined ? [] : [{ id, face }];
        });
        return {
          ids: strangers.map(({ id }) => id),
          faces: strangers.reduce((sum, { faces }) => sum + faces, 0),
          first: times[0] ?? '',
          last: times.at(-1) ?? '',
          portraits: (await Promise.all(portraits)).flat(),
        };
      });
      return success({ people: total, isPartial, groups: await Promise.all(shown) });
    },
  );
};

const nameSchema = {
  tags: ['People'],
  summary: 'Give strangers a name: they become one person',
  description:
    'Where a user with the id is there already, that user gets their faces, and a new name if one is given. The key needs the permission `enrol`, too.',
  body: z
    .object({ collection, ids: userIds(MAX_MERGED), id: userId.describe('Id of the person.'), name })
    .meta({ examples: [{ collection: '', ids: [exampleUser.id], ...exampleUser }] }),
  response: { 200: successSchema(personWithFaces, { ...exampleUser, faces: 2 }) },
  errors: ['USER_NOT_FOUND', 'ID_TAKEN'],
} as const;

export const nameUnknownRoute: Route = (app, { services }) => {
  app.post(
    '/unknown-people/name',
    { schema: nameSchema, config: { permission: 'delete' } },
    async ({ body: { collection, ids, id, name }, context }) => {
      requirePermission(context.caller, 'enrol');
      refuseInvisible(id);
      const { gallery } = services();
      const where = context.collection(collection);
      const [first = '', ...rest] = new Set(ids);
      for (const one of [first, ...rest]) await gallery.requireUser(where, one);
      const isThere = await gallery.requireUser(where, id).then(
        () => true,
        (error: unknown) => {
          if (error instanceof FaceSearchError && error.errorName === 'USER_NOT_FOUND') return false;
          throw error;
        },
      );
      if (!isThere) await gallery.editor.rename(where, first, id);
      const others = (isThere ? [first, ...rest] : rest).filter((one) => one !== id);
      return success(await gallery.editor.merge(where, id, others, name === '' ? undefined : name));
    },
  );
};
