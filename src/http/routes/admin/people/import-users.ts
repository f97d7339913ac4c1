import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { FaceSearchError } from '../../../../core/errors.js';
import type { SavedUser } from '../../../../persistence/people/people-changes.js';
import type { CollectionRef, User } from '../../../../persistence/people/people-store.js';
import { hasInvisible, imageOfText, parseText } from '../../../forms/fields.js';
import { type ListedPerson, readUserList } from '../../../lists/user-list.js';
import { success, successSchema } from '../../../replies.js';
import type { Route, RouteParts } from '../../../route.js';
import { collection, string, whole } from '../fields.js';

/** Users of a transaction: about ten milliseconds. */
const AT_ONCE = 200;

const results = ['created', 'renamed', 'unchanged', 'failed'] as const;

const imported = z.strictObject({
  created: whole,
  renamed: whole,
  unchanged: whole,
  failed: whole,
  rows: z.array(
    z.strictObject({
      row: whole.describe('Number of the line, from 1; the header is one.'),
      id: z.string(),
      result: z.enum(results),
      reason: z.string().optional().describe('Why it failed.'),
      message: z.string().optional(),
    }),
  ),
});

/** A list of one user. */
const exampleList = Buffer.from('id,name\r\nanna,Anna Nguyễn\r\n').toString('base64');

const schema = {
  tags: ['People'],
  summary: 'Create or rename the users of a list',
  description:
    'The list is a CSV or XLSX file with the columns `id` and `name`, at most 20,000 lines. A title may stand above their names. Nobody is deleted, and faces stay.',
  body: z
    .object({
      collection,
      file: string().min(1, 'must not be empty').describe('CSV or XLSX in base64, at most 5 MB.'),
      check: z.boolean('must be true or false').default(false).describe('Only tell what would be done.'),
    })
    .meta({ examples: [{ collection: '', file: exampleList }] }),
  response: {
    200: successSchema(imported, {
      created: 1,
      renamed: 0,
      unchanged: 0,
      failed: 0,
      rows: [{ row: 2, id: 'anna', result: 'created' }],
    }),
  },
} as const;

type Outcome = z.output<typeof imported>['rows'][number];

export const importUsersRoute: Route = (app, parts) => {
  app.post(
    '/users/import',
    { schema, config: { permission: 'enrol' } },
    async ({ body: { collection, file, check }, context }) => {
      const people = await readUserList(imageOfText('file', file));
      const where = context.collection(collection);
      const save = check ? await dryRun(parts, where) : (users: User[]) => saveUsers(parts, where, users);
      const rows: Outcome[] = [];
      for (let i = 0; i < people.length; i += AT_ONCE) {
        rows.push(...(await saved(people.slice(i, i + AT_ONCE), save)));
        await setImmediate();
      }
      const count = (wanted: Outcome['result']) => rows.filter(({ result }) => result === wanted).length;
      const [created, renamed, unchanged, failed] = results.map(count) as [number, number, number, number];
      return success({ created, renamed, unchanged, failed, rows });
    },
  );
};

async function saved(
  people: readonly ListedPerson[],
  save: (users: User[]) => Promise<SavedUser[]>,
): Promise<Outcome[]> {
  const faults = people.map(faultOf);
  const good = people.filter((_, i) => faults[i] === undefined);
  const outcomes = await save(good.map(({ id, name }) => ({ id, name })));
  return people.map(({ row, id }, i) => {
    const fault = faults[i];
    const result = fault ? undefined : outcomes.shift();
    if (result !== undefined && result !== 'id-conflict') return { row, id, result };
    const { reason, message } = fault ?? new FaceSearchError('BAD_INPUT', 'id-conflict');
    return { row, id, result: 'failed', reason, message };
  });
}

function saveUsers({ services }: RouteParts, collection: CollectionRef, users: User[]): Promise<SavedUser[]> {
  return services().gallery.editor.saveUsers(collection, users);
}

/** What would be done, as far as names tell. */
async function dryRun({ services }: RouteParts, collection: CollectionRef) {
  const names = new Map<string, string>();
  for await (const users of services().directory.everybody(collection)) {
    for (const { id, name } of users) names.set(id, name);
  }
  return async (users: User[]): Promise<SavedUser[]> =>
    users.map(({ id, name }) => {
      const before = names.get(id);
      names.set(id, name);
      if (before === undefined) return 'created';
      return before === name ? 'unchanged' : 'renamed';
    });
}

/** As where users are made one by one. */
function faultOf({ id, name }: ListedPerson): FaceSearchError | undefined {
  try {
    if (parseText('id', id) === '') throw new FaceSearchError('MISSING', 'missing-id');
    if (parseText('name', name) === '') throw new FaceSearchError('MISSING', 'missing-name');
    if (hasInvisible(id)) throw new FaceSearchError('BAD_INPUT', 'id-invisible');
    return undefined;
  } catch (error) {
    if (error instanceof FaceSearchError) return error;
    throw error;
  }
}
