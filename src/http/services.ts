import type { FastifyRequest } from 'fastify';
import type { Gallery } from '../gallery/gallery.js';
import type { FollowedScale } from '../gallery/own-scale/followed-scale.js';
import type { UserDirectory } from '../gallery/user-directory.js';
import type { FacematchVersion } from '../models/manifest.js';
import type { CollectionRef } from '../persistence/store.js';
import type { FaceAnalyser } from '../vision/face-analyser.js';
import { callerOf } from './plugins/caller.js';

/** What the calls work with, once it has started. */
export interface Services {
  gallery: Gallery;
  directory: UserDirectory;
  analyser: FaceAnalyser;
  /** Name and digest of the model whose faces are compared. */
  model: string;
  /** Which scale holds; undefined where similarities are cosines. */
  scale?: FollowedScale | undefined;
}

/** @throws FaceSearchError NOT_READY while the services are starting */
export type GetServices = () => Services;

/** How the faces of the gallery and those that are searched for are embedded; only the extracting calls can choose. */
export const galleryVersion: FacematchVersion = 'v3';

export function collectionOf(request: FastifyRequest, collection: string): CollectionRef {
  return { tenant: callerOf(request).tenant, collection };
}
