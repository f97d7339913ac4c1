import type { FastifyRequest } from 'fastify';
import type { Gallery } from '../gallery/gallery.js';
import type { Catalogue } from '../gallery/people-catalogue.js';
import type { FacematchVersion } from '../models/manifest.js';
import type { CollectionRef } from '../store/store.js';
import type { FaceAnalyser } from '../vision/face-analyser.js';
import { callerOf } from './auth.js';

/** What the calls work with, once it has started. */
export interface Rooms {
  gallery: Gallery;
  catalogue: Catalogue;
  analyser: FaceAnalyser;
  /** Name and digest of the model whose faces are compared. */
  model: string;
}

/** @throws FaceSearchError NOT_READY while the rooms are starting */
export type GetRooms = () => Rooms;

/** How the faces of the gallery and those that are searched for are embedded; only the extracting calls can choose. */
export const galleryVersion: FacematchVersion = 'v3';

export function collectionOf(request: FastifyRequest, collection: string): CollectionRef {
  return { tenant: callerOf(request).tenant, collection };
}
