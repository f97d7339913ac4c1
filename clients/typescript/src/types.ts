/** JPEG or PNG, at most 5 MB. */
export type Photo = Blob | Uint8Array<ArrayBuffer>;

export interface User {
  id: string;
  name: string;
}

export interface Candidate extends User {
  /** From 0 to 1. */
  similarity: number;
}

export interface RankedCandidate extends Candidate {
  /** Number of the most similar face. */
  face: number;
}

/** What came of a search by a photo. */
export type SearchResult =
  | ({ outcome: 'match' | 'near' } & Candidate)
  | { outcome: 'created'; id: string }
  | { outcome: 'none' };

export interface PhotoFlags {
  /** Also take photos of identity documents. */
  allowIdCard?: boolean;
  /** Of several people the largest face counts. */
  onlyLargestFace?: boolean;
  /** Do not refuse masks, hats, sunglasses and faces that are too close. */
  disableValidation?: boolean;
}

export type Permission = 'search' | 'enrol' | 'delete' | 'list' | 'admin';
export type EventType = 'match' | 'no_match' | 'enrolled' | 'deleted' | 'refused';

export interface Status {
  tenant: string;
  permissions: Permission[];
  readOnly: boolean;
  version: string;
  node: string;
  model: string;
  uptime: number;
  similarity: 'calibrated' | 'cosine';
  minResolution: { width: number; height: number } | null;
  minFaceWidth: number;
  minFaceArea: number;
  minQuality: number;
  allowCovered: boolean;
  keepPhotos: 'off' | 'crop' | 'photo';
}

export interface Load {
  queued: number;
  workers: number;
  loopDelay: number;
  memory: number;
  requests: Record<string, number>;
  refusals: Record<string, number>;
}

export interface Scale {
  origin: 'gallery' | 'pack' | 'cosine';
  madeAt: string | null;
  points: { score: number; similarity: number }[];
  meanings: { similarity: number; rate: number; isExtrapolated: boolean | null }[];
}

export interface CollectionCount {
  collection: string;
  users: number;
  faces: number;
}

export interface UserPage {
  total: number;
  users: (User & { faces: number })[];
}

export interface Face {
  face: number;
  model: string;
  created: string;
  hasPhoto: boolean;
}

export interface Analysis {
  width: number;
  height: number;
  faces: {
    box: { x: number; y: number; width: number; height: number };
    outline: { x: number; y: number }[];
    fivePoints: { x: number; y: number }[];
    scores: { mask: number; sunglasses: number; hat: number; face: number } | null;
    fault: 'too-close' | 'mask' | 'sunglasses' | 'hat' | null;
    isPerson: boolean;
  }[];
  idCard: { probability: number | null; threshold: number; isIdCard: boolean } | null;
  thresholds: { mask: number; sunglasses: number; hat: number; face: number } | null;
  refusal: { code: string; data: string; reason: string } | null;
}

export interface Webhook {
  webhook: number;
  url: string;
  events: EventType[];
  created: string;
  waiting: number;
  dead: number;
}

export interface DeadLetter {
  delivery: number;
  webhook: number;
  type: EventType;
  time: string;
  attempts: number;
  error: string;
}

export interface WebhookEvent {
  /** The same at each try of one event. */
  id: string;
  type: EventType;
  time: string;
  tenant: string;
  data: Record<string, unknown>;
}

/** Whether two photos show one person. */
export interface Comparison {
  isMatch: boolean;
  /** From 0 to 100. */
  similarity: number;
  isBothImgIDCard: boolean;
}
