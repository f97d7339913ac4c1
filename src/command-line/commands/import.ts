import { resolve } from 'node:path';
import { FaceSearchClient } from '../../client/face-search-client.js';
import { ImportError } from '../../photo-import/import-error.js';
import { type ImportOutcome, importPhotos } from '../../photo-import/import-photos.js';
import { writeReport } from '../../photo-import/import-report.js';
import { ImportState } from '../../photo-import/import-state.js';
import { readPhotoList } from '../../photo-import/photo-list.js';
import { wordsFor } from '../../photo-import/refusal-words.js';
import { showProgress } from '../../progress.js';
import { UsageError } from '../../usage-error.js';
import { defineCommand } from '../command.js';

export const importCommand = defineCommand({
  about:
    'Sends the photos of a folder or of a CSV file to a running server, which checks each as it checks any other. It may be stopped and run again: it goes on where it was, and sends only what is new. See docs/command-line.md.',
  operands: ['<folder|file.csv>'],
  options: {
    url: { type: 'string', value: 'URL', default: 'http://localhost:8080', help: 'where the server is' },
    key: {
      type: 'string',
      value: 'KEY',
      help: 'API key; better in the variable FACESEARCH_KEY, which nobody else sees',
    },
    collection: { type: 'string', value: 'NAME', default: '', help: 'which one; without this, the default one' },
    parallel: { type: 'string', value: 'N', default: '8', help: 'photos under way at once, 1 to 64' },
    'allow-id-card': { type: 'boolean', default: false, help: 'also take photos of identity documents' },
    'retry-refused': { type: 'boolean', default: false, help: 'send again what an earlier run saw refused' },
    state: { type: 'string', value: 'FILE', help: 'what was sent (default: <folder>.import-state)' },
    report: {
      type: 'string',
      value: 'FILE',
      help: 'the refusals, with pictures (default: <folder>.import-report.html)',
    },
  },
  notes: `A folder holds one folder a person, whose name is the id, or files such as an.jpg and an_2.jpg.
A CSV file has the columns id, path (relative to it) and perhaps name.
Users and vectors that facesearch export wrote are read by facesearch import-vectors.`,
  async run(values, [source = '']) {
    const key = values.key || process.env.FACESEARCH_KEY;
    if (!key) throw new UsageError('--key is missing, and FACESEARCH_KEY is not set.');
    const parallel = Number(values.parallel);
    if (!/^\d{1,2}$/.test(values.parallel) || parallel < 1 || parallel > 64) {
      throw new UsageError(`--parallel must be a whole number from 1 to 64, not "${values.parallel}".`);
    }
    const { collection } = values;
    const list = await readPhotoList(source);
    for (const [ending, count] of list.otherFiles) {
      console.error(
        `${count} ${ending === '' ? 'files without an ending' : `${ending} files`} are no photos and stay out.`,
      );
    }

    const stop = new AbortController();
    const client = new FaceSearchClient({
      url: values.url,
      key,
      signal: stop.signal,
      onWait: (why) => console.error(`\nwaiting for the server: ${why}`),
    });
    stopOnSignals(stop);
    const { tenant } = await statusOf(client);
    const target = { origin: client.origin, tenant, collection };
    const beside = resolve(source);
    const state = ImportState.open(values.state ?? `${beside}.import-state`, target);
    let progress: ReturnType<typeof showProgress> | undefined;
    try {
      const outcome = await importPhotos(list, {
        client,
        state,
        collection,
        allowIdCard: values['allow-id-card'],
        retryRefused: values['retry-refused'],
        parallel,
        stop,
        onStart(photos) {
          if (photos < list.photos.length) {
            console.error(`${list.photos.length - photos} of ${list.photos.length} photos are done already.`);
          }
          if (photos > 0) progress = showProgress('photos', photos, 'refused');
        },
        onProgress: (done, refused) => progress?.update(done, refused),
      });
      progress?.stop();
      const report = values.report ?? `${beside}.import-report.html`;
      await writeReport(report, { source, target, outcome, at: new Date() });
      console.log(summaryOf(outcome, report));
      if (outcome.failure !== undefined) throw outcome.failure;
      const isDone = outcome.unfinished + outcome.unreadable.length + outcome.refused.length === 0;
      if (!isDone) process.exitCode = 1;
    } finally {
      progress?.stop();
      state.close();
    }
  },
});

/** @throws ClientError, ImportError when the key may not add */
async function statusOf(client: FaceSearchClient): Promise<{ tenant: string }> {
  const { code, data } = await client.admin('GET', '/status');
  if (code !== '200') throw new ImportError(`The server does not tell its status: ${data}`);
  const { tenant, readOnly } = data as { tenant: string; readOnly: boolean };
  if (readOnly) throw new ImportError('The key may only search: an import needs one that may add.');
  return { tenant };
}

function summaryOf(
  { added, addedBefore, refused, unreadable, unfinished, without, people }: ImportOutcome,
  report: string,
) {
  const reasons = new Map<string, number>();
  for (const refusal of refused) {
    const { title } = wordsFor(refusal);
    reasons.set(title, (reasons.get(title) ?? 0) + 1);
  }
  const sorted = [...reasons].sort(([, a], [, b]) => b - a);
  const lines = [
    `${added} photos added${addedBefore > 0 ? ` (${addedBefore} earlier)` : ''}, ${refused.length} refused.`,
    ...sorted.map(([title, count]) => `  ${String(count).padStart(6)}  ${title}`),
    without.length > 0 && `${without.length} of ${people} people have no photo.`,
    unreadable.length > 0 && `${unreadable.length} files could not be read.`,
    unfinished > 0 && `${unfinished} photos are not sent yet: run the same command again to go on.`,
    `Report: ${report}`,
  ];
  return lines.filter(Boolean).join('\n');
}

/** The first signal lets what is under way come to its end, the second one does not wait. */
function stopOnSignals(stop: AbortController): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stop.signal.aborted) process.exit(1);
      console.error('\nstopping: photos under way come to their end');
      stop.abort(new ImportError('Stopped before anything was sent.'));
    });
  }
}
