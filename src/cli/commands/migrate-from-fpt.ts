import { resolve } from 'node:path';
import { writeAtomically } from '../../models/files.js';
import { UsageError } from '../../util/usage-error.js';
import { FaceSearchClient } from '../api-client/face-search-client.js';
import { usersOf } from '../api-client/users.js';
import { defineCommand } from '../command.js';
import { writeReport } from '../photo-import/import-report.js';
import { importInto, importLines, photoOptions } from '../remote-import.js';
import { remoteKey } from '../remote-key.js';
import { migrationCsv, peopleLines, sourceLines } from '../vendor-migration/migration-report.js';
import { readSource } from '../vendor-migration/source.js';

export const migrateFromFpt = defineCommand({
  about:
    'Reads the users of another server of this API, such as the cloud service, makes them on a server of yours, and adds their photos from a folder. It may be stopped and run again: it goes on where it was. See docs/migrate.md.',
  options: {
    from: { type: 'string', value: 'URL', default: 'https://api.fpt.ai', help: 'server that has the users' },
    to: { type: 'string', value: 'URL', default: 'http://localhost:8080', help: 'server to fill' },
    photos: { type: 'string', value: 'PATH', help: 'folder with an.jpg, an-2.jpg, an/any.jpg, or a CSV file' },
    collection: { type: 'string', value: 'NAME', default: '', help: 'which one; without this, the default one' },
    toCollection: { type: 'string', value: 'NAME', help: 'its name on the target, where it is another' },
    dryRun: { type: 'boolean', help: 'ask the source only, and tell what is missing' },
    ...photoOptions,
    state: { type: 'string', value: 'FILE', help: 'what was sent (default: <photos>.migration-state)' },
    report: { type: 'string', value: 'FILE', help: 'refused photos, with pictures (default: <photos>.migration.html)' },
    csv: { type: 'string', value: 'FILE', help: 'everything that is missing (default: <photos>.migration.csv)' },
  },
  notes: `The keys are in FACESEARCH_FROM_KEY and FACESEARCH_TO_KEY, or in files that FACESEARCH_FROM_KEY_FILE and
FACESEARCH_TO_KEY_FILE name.
A CSV file has the columns id and path (relative to it).
Exit codes: 0 everybody can be found; 1 somebody cannot, a photo was refused, or it stopped; 2 wrong usage.`,
  async run(values) {
    if (!values.photos) throw new UsageError('--photos is missing.');
    const key = remoteKey('FACESEARCH_FROM_KEY');
    const toKey = values.dryRun ? '' : remoteKey('FACESEARCH_TO_KEY');
    const from = new FaceSearchClient({
      url: values.from,
      key,
      onWait: (why) => console.error(`waiting for the source: ${why}`),
    });
    const source = await readSource(values.photos, await usersOf(from, values.collection));
    console.log(sourceLines(source).join('\n'));
    const beside = resolve(values.photos);
    const csv = values.csv ?? `${beside}.migration.csv`;
    if (values.dryRun) {
      await writeCsv(csv, migrationCsv(source));
      console.log(`Nothing was sent. Missing: ${csv}`);
      if (source.withoutPhotos.length > 0) process.exitCode = 1;
      return;
    }
    const { outcome, target } = await importInto({
      list: source.list,
      url: values.to,
      key: toKey,
      collection: values.toCollection ?? values.collection,
      state: values.state ?? `${beside}.migration-state`,
      allowIdCard: values.allowIdCard,
      retryRefused: values.retryRefused,
      everybody: true,
      parallel: values.parallel,
    });
    const report = values.report ?? `${beside}.migration.html`;
    await writeReport(report, { source: values.photos, target, outcome, weak: [], at: new Date() });
    await writeCsv(csv, migrationCsv(source, outcome));
    console.log([...importLines(outcome), ...peopleLines(outcome), `Missing: ${csv}`, `Report: ${report}`].join('\n'));
    if (outcome.failure !== undefined) throw outcome.failure;
    const { unfinished, unreadable, refused, without } = outcome;
    if (unfinished + unreadable.length + refused.length + without.length > 0) process.exitCode = 1;
  },
});

/** For its owner alone: it tells who is in the collection. */
async function writeCsv(file: string, text: string): Promise<void> {
  await writeAtomically(file, Buffer.from(text), 0o600);
}
