import { readFile } from 'node:fs/promises';
import { mapConcurrent } from '../../util/map-concurrent.js';
import type { FaceSearchClient } from '../api-client/face-search-client.js';
import type { ServerReply } from '../api-client/outcome.js';
import type { ListedPhoto } from '../photo-import/photo-list.js';
import { type Answer, agreements, type Verdict, verdictOf } from './verdict.js';

export interface ShadowServer {
  server: FaceSearchClient;
  collection: string;
  threshold: number;
}

export interface PhotoComparison {
  /** As people know it. */
  photo: string;
  /** Whose photo it is; undefined where nobody says, null for a stranger. */
  owner?: string | null;
  a: Answer;
  b: Answer;
  verdict: Verdict;
}

export interface ShadowParts {
  a: ShadowServer;
  b: ShadowServer;
  /** Photos on their way at once; each goes to A, and then to B. */
  parallel: number;
  /** No photo is begun after it. It must be the signal of both clients too. */
  stop: AbortController;
  onProgress?: (done: number, differing: number) => void;
}

/** Searches of one photo that end without an answer, after which the others go on without it. */
const MAX_FAILURES = 3;
/**
 * A server names the person most like the photo when the similarity is at least this. Not 0, which some servers would
 * take for a field that is not there.
 */
const LOWEST = 0.01;

/**
 * Searches for each photo on two servers. Nothing is changed on either.
 * @returns what was compared, in the order of the photos, also where it broke off; `failure` says why
 */
export async function shadow(
  photos: readonly (Omit<ListedPhoto, 'id'> & { owner?: string | null })[],
  { a, b, parallel, stop, onProgress }: ShadowParts,
): Promise<{ comparisons: PhotoComparison[]; failure: unknown }> {
  const comparisons = new Map<string, PhotoComparison>();
  let failure: unknown;
  let differing = 0;
  await mapConcurrent(photos, parallel, async ({ file, path, owner }) => {
    if (stop.signal.aborted) return;
    try {
      const bytes = new Blob([await readFile(file)]);
      // One after the other, so that two servers on one machine do not slow each other down.
      const [ofA, ofB] = [await search(a, bytes), await search(b, bytes)];
      const verdict = verdictOf(ofA, ofB);
      if (!agreements.has(verdict)) differing++;
      comparisons.set(path, { photo: path, ...(owner !== undefined && { owner }), a: ofA, b: ofB, verdict });
      onProgress?.(comparisons.size, differing);
    } catch (error) {
      if (!stop.signal.aborted) failure = error;
      stop.abort();
    }
  });
  return { comparisons: photos.flatMap(({ path }) => comparisons.get(path) ?? []), failure };
}

/** @throws ClientError, or the reason of the signal */
async function search({ server, collection, threshold }: ShadowServer, file: Blob): Promise<Answer> {
  const lower = threshold > LOWEST ? { lower_threshold: String(LOWEST) } : undefined;
  for (let failures = 0; ; ) {
    const reply = await server.attempt('POST', '/search', {
      collection,
      threshold: String(threshold),
      ...lower,
      file,
    });
    if (!('done' in reply)) return answerOf(reply);
    // A server that only asks to wait has not failed.
    if (reply.done === 'perhaps' && ++failures === MAX_FAILURES) return { code: '–', text: reply.why };
  }
}

function answerOf({ code, data, extra, reason, ms }: ServerReply): Answer {
  if (code !== '200') return { code, ms, text: `${data}`, ...(reason !== undefined && { reason }) };
  const { id, similarity } = (extra ?? data ?? {}) as { id?: unknown; similarity?: unknown };
  return { code: extra === undefined ? code : '404', ms, id: String(id), similarity: Number(similarity) };
}
