import { resolve } from 'node:path';
import { renderText } from '../../evaluation/report/blocks.js';
import { writeAtomically } from '../../models/files.js';
import { wholeNumber } from '../../util/options.js';
import { showProgress } from '../../util/progress.js';
import { UsageError } from '../../util/usage-error.js';
import { FaceSearchClient } from '../api-client/face-search-client.js';
import { usersOf } from '../api-client/users.js';
import { defineCommand } from '../command.js';
import { ImportError } from '../photo-import/import-error.js';
import { photosIn } from '../photo-import/photo-list.js';
import { remoteKey } from '../remote-key.js';
import { type ShadowServer, shadow } from '../shadow/shadow.js';
import { shadowBlocks, shadowCsv } from '../shadow/shadow-report.js';
import { stopOnSignals } from '../stop-on-signals.js';
import { ownPhotos } from '../vendor-migration/photo-owners.js';

export const shadowCommand = defineCommand({
  about:
    'Searches for each photo of a folder on two servers of this API, A and B, and tells how far they agree, and how far they would at other thresholds. It changes nothing on either. See docs/migrate.md.',
  operands: ['<folder>'],
  options: {
    a: { type: 'string', value: 'URL', default: 'https://api.fpt.ai', help: 'one server' },
    b: { type: 'string', value: 'URL', default: 'http://localhost:8080', help: 'the other' },
    collection: { type: 'string', value: 'NAME', default: '', help: 'which one; without this, the default one' },
    bCollection: { type: 'string', value: 'NAME', help: 'its name on B, where it is another' },
    threshold: { type: 'string', value: 'X', default: '0.85', help: 'of both, 0–1', read: readThreshold },
    bThreshold: { type: 'string', value: 'X', help: 'that of B, where it is another', read: readThreshold },
    labelled: {
      type: 'boolean',
      help: 'photos are named after ids, as for migrate-from-fpt, and all others show strangers: tell who is right',
    },
    parallel: {
      type: 'string',
      value: 'N',
      default: '1',
      help: 'photos under way at once, 1 to 64; more spoil the times',
      read: wholeNumber(1, 64),
    },
    out: { type: 'string', value: 'FILE', default: 'shadow.csv', help: 'both answers to each photo' },
  },
  notes: `The keys are in FACESEARCH_A_KEY and FACESEARCH_B_KEY, or in files that FACESEARCH_A_KEY_FILE and
FACESEARCH_B_KEY_FILE name. A key that may only search will do.`,
  async run(values, [folder = '']) {
    const { parallel, threshold: a, bThreshold: b = a } = values;
    const thresholds = { a, b };
    const stop = new AbortController();
    const sideOf = (name: 'a' | 'b', collection: string): ShadowServer => ({
      server: new FaceSearchClient({
        url: values[name],
        key: remoteKey(`FACESEARCH_${name.toUpperCase()}_KEY`),
        signal: stop.signal,
        onWait: (why) => console.error(`\nwaiting for ${name.toUpperCase()}: ${why}`),
      }),
      collection,
      threshold: thresholds[name],
    });
    const sides = {
      a: sideOf('a', values.collection),
      b: sideOf('b', values.bCollection ?? values.collection),
    };
    const { files } = await photosIn(folder);
    if (files.length === 0) throw new ImportError(`There are no photos in ${folder}.`);
    stopOnSignals(stop, new ImportError('Stopped before anything was compared.'));
    const photos = values.labelled ? await labelled(files, [sides.a, sides.b]) : files;
    const progress = showProgress('photos', photos.length, 'differ');
    const { comparisons, failure } = await shadow(photos, { ...sides, parallel, stop, onProgress: progress.update });
    progress.stop();
    if (comparisons.length > 0) {
      process.stdout.write(renderText(shadowBlocks(comparisons, thresholds)));
      // For its owner alone: it tells who is in which photo.
      await writeAtomically(resolve(values.out), Buffer.from(shadowCsv(comparisons)), 0o600);
      console.log(`\nBoth answers to each photo: ${values.out}`);
    }
    if (failure !== undefined) throw failure;
    if (comparisons.length < photos.length) {
      console.error(`Stopped after ${comparisons.length} of ${photos.length} photos.`);
      process.exitCode = 1;
    }
  },
});

/** Photos with their owners; whom neither server knows is a stranger. */
async function labelled(files: Awaited<ReturnType<typeof photosIn>>['files'], sides: readonly ShadowServer[]) {
  const users = await Promise.all(sides.map(({ server, collection }) => usersOf(server, collection)));
  const { photos } = ownPhotos(files, new Set(users.flatMap((names) => [...names.keys()])));
  const owners = new Map(photos.map(({ path, id }) => [path, id]));
  return files.map((photo) => ({ ...photo, owner: owners.get(photo.path) ?? null }));
}

function readThreshold(text: string, option: string): number {
  if (/^(?:0|1|0?\.\d+|[01]\.\d+)$/.test(text) && Number(text) <= 1) return Number(text);
  throw new UsageError(`${option} must be a number from 0 to 1, not "${text}".`);
}
