import type { Config } from '../config/config.js';
import type { WebhookDirectory } from '../events/tenant-webhooks.js';
import type { Attendance } from '../gallery/attendance.js';
import type { Gallery } from '../gallery/gallery.js';
import type { OtherModels } from '../gallery/other-models.js';
import type { FollowedScale } from '../gallery/own-scale/followed-scale.js';
import type { OwnScales } from '../gallery/own-scale/own-scales.js';
import type { UserDirectory } from '../gallery/user-directory.js';
import type { FacematchVersion } from '../models/manifest.js';
import type { Backups } from '../persistence/backup/backups.js';
import type { Analysis, FaceAnalyser, PhotoOptions } from '../vision/face-analyser.js';
import type { RequestContext } from './request-context.js';

/** What the endpoints work with, once it has started. */
export interface Services {
  gallery: Gallery;
  directory: UserDirectory;
  analyser: FaceAnalyser;
  webhooks: WebhookDirectory;
  /** Name and digest of the model whose faces are compared. */
  model: string;
  /** Who was seen when; undefined where that is not kept. */
  attendance?: Attendance | undefined;
  /** Backups of the data folder; undefined where people are in PostgreSQL. */
  backups?: Backups | undefined;
  /** Which scale holds; undefined where similarities are cosines. */
  scale?: FollowedScale | undefined;
  /** Makes and takes back scales of the own people; undefined where similarities are cosines. */
  ownScales?: OwnScales | undefined;
  /** Faces of other models, which are not searched; undefined where they are not looked for. */
  otherModels?: Pick<OtherModels, 'faces'> | undefined;
}

/** @throws FaceSearchError NOT_READY while the services are starting */
export type GetServices = () => Services;

/** How the faces of the gallery and those that are searched for are embedded; only the extracting endpoints can choose. */
export const galleryVersion: FacematchVersion = 'v3';

/** What a client asks for a photo; false where an endpoint does not ask. */
type PhotoFlags = {
  [flag in 'allow_id_card' | 'only_largest_face' | 'disable_validation' | 'allow_covered']?: boolean;
};

export function photoOptions(
  { allow_id_card = false, only_largest_face = false, disable_validation = false, allow_covered = false }: PhotoFlags,
  version = galleryVersion,
): PhotoOptions {
  return {
    version,
    allowIdCard: allow_id_card,
    severalFaces: only_largest_face ? 'largest' : 'refuse',
    disableValidation: disable_validation,
    allowCovered: allow_covered,
  };
}

/** Whether a client asks to overrule the gates of covered faces, and the server lets it. */
export function mayOverrule(
  { allow_covered = false }: Pick<PhotoFlags, 'allow_covered'>,
  { ALLOW_COVERED }: Pick<Config, 'ALLOW_COVERED'>,
): boolean {
  return allow_covered && ALLOW_COVERED === 'on';
}

/** What an analysis ends with, whose times are noted for log and metrics. */
export async function noted(context: RequestContext, analysis: Promise<Analysis>): Promise<Analysis> {
  const result = await analysis;
  context.stages = result.timings;
  context.overruled = result.overruled;
  return result;
}

/** The embedding alone. */
export async function embeddingOf(context: RequestContext, analysis: Promise<Analysis>): Promise<Float32Array> {
  return (await noted(context, analysis)).embedding;
}
