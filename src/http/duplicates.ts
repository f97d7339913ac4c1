import type { Config } from '../config/config.js';
import { FaceSearchError } from '../core/errors.js';
import { findingOf, LOOKED_AT } from '../gallery/duplicate-check.js';
import type { DuplicateFinding, DuplicateGuard } from '../gallery/gallery.js';
import type { CollectionRef } from '../persistence/people/people-store.js';
import type { RequestContext } from './request-context.js';
import type { Services } from './services.js';

/** How an endpoint that adds a face deals with one that shows somebody else, as the server is set; undefined: it does not look. */
export function duplicateGuard(
  { DUPLICATE_CHECK: mode, DUPLICATE_THRESHOLD: threshold }: Config,
  context: RequestContext,
): DuplicateGuard | undefined {
  if (mode === 'off') return undefined;
  return {
    threshold,
    onFinding(finding) {
      context.duplicate = { ...finding, isRefused: mode === 'refuse' };
      if (mode === 'refuse') throw duplicateError(finding);
    },
  };
}

export function duplicateError({ kind }: DuplicateFinding): FaceSearchError {
  return new FaceSearchError('DUPLICATE', kind === 'known-person' ? 'duplicate-person' : 'other-person');
}

/** Whom a face shows, if that is not the user whom it would be added to; who need not be there. */
export async function findDuplicate(
  { gallery, directory, model }: Services,
  collection: CollectionRef,
  userId: string,
  embedding: Float32Array,
  threshold: number,
): Promise<DuplicateFinding | undefined> {
  const hasFaces = (await directory.facesIfAny(collection, userId)).some((face) => face.model === model);
  return findingOf(await gallery.candidates(collection, embedding, LOOKED_AT), userId, hasFaces, threshold);
}
