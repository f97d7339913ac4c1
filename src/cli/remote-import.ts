import type { Permission } from '../persistence/keys/permissions.js';
import { type Options, wholeNumber } from '../util/options.js';
import { showProgress } from '../util/progress.js';
import { FaceSearchClient } from './api-client/face-search-client.js';
import { ImportError } from './photo-import/import-error.js';
import { type ImportOutcome, importPhotos } from './photo-import/import-photos.js';
import { ImportState, type Target } from './photo-import/import-state.js';
import type { PhotoList } from './photo-import/photo-list.js';
import { photosToCheck, type WeakPhoto, weakPhotos } from './photo-import/photo-quality.js';
import { wordsFor } from './photo-import/refusal-words.js';
import { stopOnSignals } from './stop-on-signals.js';

/** The options of commands that send photos. */
export const photoOptions = {
  parallel: {
    type: 'string',
    value: 'N',
    default: '8',
    help: 'photos under way at once, 1 to 64',
    read: wholeNumber(1, 64),
  },
  allowIdCard: { type: 'boolean', help: 'also take photos of identity documents' },
  retryRefused: { type: 'boolean', help: 'send again what an earlier run saw refused' },
} as const satisfies Options;

/** What a command sends to a running server. */
export interface RemoteImport {
  list: PhotoList;
  url: string;
  key: string;
  collection: string;
  /** File that remembers what was sent. */
  state: string;
  allowIdCard: boolean;
  retryRefused: boolean;
  /** Also makes the people of the list's names who have no photo. */
  everybody: boolean;
  parallel: number;
  /** Also asks for the quality of each photo, and names those below it, 1–100. */
  quality?: number | undefined;
}

/**
 * Imports into a running server, with a bar that shows how far it is; Ctrl-C stops it.
 * @throws ClientError, ImportError before anything was sent; afterwards the outcome has the failure
 */
export async function importInto(
  what: RemoteImport,
): Promise<{ outcome: ImportOutcome; weak: WeakPhoto[]; target: Target }> {
  const { list, collection } = what;
  const stop = new AbortController();
  const client = new FaceSearchClient({
    url: what.url,
    key: what.key,
    signal: stop.signal,
    onWait: (why) => console.error(`\nwaiting for the server: ${why}`),
  });
  stopOnSignals(stop, new ImportError('Stopped before anything was sent.'));
  const { tenant, keepsPhotos } = await statusOf(client);
  const target = { origin: client.origin, tenant, collection };
  const state = ImportState.open(what.state, target);
  let progress: ReturnType<typeof showProgress> | undefined;
  try {
    const outcome = await importPhotos(list, {
      ...what,
      keepsPhotos,
      client,
      state,
      stop,
      onStart(kind, total) {
        progress?.stop();
        if (kind === 'photos' && total < list.photos.length) {
          console.error(`${list.photos.length - total} of ${list.photos.length} photos are done already.`);
        }
        progress = total > 0 ? showProgress(kind, total, 'refused') : undefined;
      },
      onProgress: (done, refused) => progress?.update(done, refused),
    });
    const weak: WeakPhoto[] = [];
    if (what.quality !== undefined && outcome.failure === undefined && !stop.signal.aborted) {
      progress?.stop();
      const photos = photosToCheck(list, outcome);
      progress = photos.length > 0 ? showProgress('quality', photos.length, 'low') : undefined;
      const onProgress = (done: number, low: number) => progress?.update(done, low);
      weak.push(...(await weakPhotos(photos, { client, least: what.quality, parallel: what.parallel, onProgress })));
    }
    return { outcome, weak, target };
  } finally {
    progress?.stop();
    state.close();
  }
}

/** It looks who is there, creates people and adds photos, and asks by a search whether a lost one was added. */
const needed: readonly string[] = ['search', 'enrol', 'list'] satisfies Permission[];

/** @throws ClientError, ImportError when the key may not add */
async function statusOf(client: FaceSearchClient): Promise<{ tenant: string; keepsPhotos: boolean }> {
  const { code, data } = await client.admin('GET', '/status');
  if (code !== '200') throw new ImportError(`The server does not tell its status: ${data}`);
  // Older servers tell no permissions, and keep no photos.
  const status = data as { tenant: string; readOnly: boolean; permissions?: string[]; keepPhotos?: string };
  const { tenant, readOnly, permissions, keepPhotos = 'off' } = status;
  const missing = permissions ? needed.filter((one) => !permissions.includes(one)) : readOnly ? needed : [];
  if (missing.length > 0)
    throw new ImportError(`The key has no permission to ${missing.join(' and ')}, which an import needs.`);
  return { tenant, keepsPhotos: keepPhotos !== 'off' };
}

/** What it came to, for a terminal. */
export function importLines(outcome: ImportOutcome): string[] {
  const { added, addedBefore, refused, unreadable, unfinished } = outcome;
  const reasons = new Map<string, number>();
  for (const refusal of refused) {
    const { title } = wordsFor(refusal);
    reasons.set(title, (reasons.get(title) ?? 0) + 1);
  }
  const sorted = [...reasons].sort(([, a], [, b]) => b - a);
  return [
    `${added} photos added${addedBefore > 0 ? ` (${addedBefore} earlier)` : ''}, ${refused.length} refused.`,
    ...sorted.map(([title, count]) => `  ${String(count).padStart(6)}  ${title}`),
    ...(unreadable.length > 0 ? [`${unreadable.length} files could not be read.`] : []),
    ...(unfinished > 0 ? [`${unfinished} photos are not sent yet: run the same command again to go on.`] : []),
  ];
}
