import type { ErrorName, Reason } from '../../core/errors.js';
import type { GateMember, GateModel, Prepared } from '../../models/manifest.js';
import type { LocatedFace } from '../face-finder.js';
import type { Box } from '../geometry.js';
import type { ImagePyramid } from '../image-pyramid.js';

/**
 * What a gate looks at: the photo, before its faces are counted, or the one face that counts, in the picture in which it was
 * found (which may be brighter) and in the photo as it came.
 */
export interface Views {
  photo: { photo: ImagePyramid; largestFace: Box | undefined };
  face: { face: Pick<LocatedFace, 'box' | 'outline' | 'scores'>; picture: ImagePyramid; photo: ImagePyramid };
}

/** One check that a photo has to pass. */
export interface Gate<On extends keyof Views, Needed extends GateMember | null = GateMember | null, Sight = unknown>
  extends GateRule {
  /** The pack's member with its model; null where it needs none. A pack without the model does without the gate. */
  readonly needs: Needed;
  load(
    model: Needed extends GateMember ? Prepared<GateModel<Needed>> : null,
  ): Look<On, Sight> | Promise<Look<On, Sight>>;
}

export interface GateRule {
  readonly refuses: ErrorName;
  /** Those of the refusal that the gate gives. */
  readonly reasons: readonly Reason[];
  /** The option of a request that skips it. */
  readonly skippedBy: 'allowIdCard' | 'disableValidation' | 'withoutLiveness';
  /** The option that takes the photo all the same, and has it noted; none where a gate cannot be overruled. */
  readonly overruledBy?: 'allowCovered';
}

export type Look<On extends keyof Views, Sight = unknown> = (
  view: Views[On],
) => LookResult<Sight> | Promise<LookResult<Sight>>;

export interface LookResult<Sight = unknown> {
  /** Why the photo is refused; null when it passes. */
  reason: Reason | null;
  /** What an analysis of the photo reports. */
  sight?: Sight;
}
