import { z } from 'zod';
import { FaceSearchError } from '../../../core/errors.js';
import type { BackupRun, Backups } from '../../../persistence/backup/backups.js';
import { doneSchema, success, successSchema } from '../../replies.js';
import type { Route } from '../../route.js';
import type { Services } from '../../services.js';
import { string, whole } from './fields.js';

const config = { permission: 'operate' } as const;
const tags = ['Backups'];
const name = 'facesearch-2027-01-31T083000Z.tar';
const time = '2027-01-31T08:30:00.000Z';

const run = z.strictObject({
  state: z.enum(['running', 'done', 'failed']),
  backup: z.string().describe('Name of its file.'),
  started: z.iso.datetime(),
  finished: z.iso.datetime().nullable(),
  done: whole.describe('Photos that are in it already, of `total`; 0 of 0 while the database is copied.'),
  total: whole,
  missing: whole.describe('Photos that the server should have and has not; everything else is in the backup.'),
  fault: z.enum(['disk-full', 'not-writable', 'data-key', 'damaged', 'failed']).nullable(),
  text: z.string().nullable().describe('Why it failed, in a sentence.'),
});

const running: z.infer<typeof run> = {
  state: 'running',
  backup: name,
  started: time,
  finished: null,
  done: 0,
  total: 0,
  missing: 0,
  fault: null,
  text: null,
};

const listSchema = {
  tags,
  summary: 'Backups of the server, the newest first, and how the last one went',
  description: 'For those who run the installation: a backup has the people of all tenants.',
  response: {
    200: successSchema(
      z.strictObject({
        run: run.nullable().describe('null where none was begun since the start of the server.'),
        backups: z.array(z.strictObject({ backup: z.string(), created: z.iso.datetime(), bytes: whole })),
      }),
      { run: null, backups: [{ backup: name, created: time, bytes: 1_048_576 }] },
    ),
  },
  errors: ['BACKUP_REFUSED'],
} as const;

export const backupsRoute: Route = (app, { services }) => {
  app.get('/backups', { schema: listSchema, config }, async () => {
    const backups = kept(services());
    const files = await backups.list();
    return success({
      run: backups.run ? shownRun(backups.run) : null,
      backups: files.map(({ name, createdAt, bytes }) => ({ backup: name, created: createdAt.toISOString(), bytes })),
    });
  });
};

const startSchema = {
  tags,
  summary: 'Begin a backup',
  description:
    'In the background, one at a time; `GET /backups` tells how it goes. What is encrypted stays encrypted. docs/backup.md.',
  response: { 200: successSchema(run, running) },
  errors: ['BACKUP_REFUSED'],
} as const;

export const startBackupRoute: Route = (app, { services }) => {
  app.post('/backups', { schema: startSchema, config }, async () => success(shownRun(await kept(services()).start())));
};

const params = z.object({
  backup: string()
    .describe('Name of the file.')
    .meta({ examples: [name] }),
});

const fileSchema = {
  tags,
  summary: 'Download a backup',
  params,
  response: { 200: { content: { 'application/x-tar': { schema: z.string() } } } },
  errors: ['BACKUP_NOT_FOUND', 'BACKUP_REFUSED'],
} as const;

export const backupFileRoute: Route = (app, { services }) => {
  app.get('/backups/:backup/file', { schema: fileSchema, config }, async ({ params: { backup } }, reply) => {
    const { bytes, stream } = await kept(services()).read(backup);
    return reply
      .headers({ 'content-disposition': `attachment; filename="${backup}"`, 'content-length': bytes })
      .type('application/x-tar')
      .send(stream as never);
  });
};

const deleteSchema = {
  tags,
  summary: 'Delete a backup, for good',
  params,
  response: { 200: doneSchema('Backup deleted') },
  errors: ['BACKUP_NOT_FOUND', 'BACKUP_REFUSED'],
} as const;

export const deleteBackupRoute: Route = (app, { services }) => {
  app.delete('/backups/:backup', { schema: deleteSchema, config }, async ({ params: { backup } }) => {
    await kept(services()).remove(backup);
    return success('Backup deleted');
  });
};

/** @throws FaceSearchError BACKUP_REFUSED where people are in PostgreSQL */
function kept({ backups }: Services): Backups {
  if (backups) return backups;
  throw new FaceSearchError('BACKUP_REFUSED', 'backup-of-database');
}

function shownRun({ name, startedAt, finishedAt, fault, ...run }: BackupRun) {
  return {
    ...run,
    backup: name,
    started: startedAt.toISOString(),
    finished: finishedAt?.toISOString() ?? null,
    fault: fault?.fault ?? null,
    text: fault?.text ?? null,
  };
}
