/** JPEG or PNG, at most 5 MB. */
export type Photo = Blob | Uint8Array<ArrayBuffer>;

export interface InCollection {
  /** Without it, the default collection. */
  collection?: string;
}

export interface OfUser extends InCollection {
  id: string;
}

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
  /** Number of a face that has a portrait. */
  portrait: number | null;
}

/** What came of an enrolment. */
export interface Enrolment {
  stored: boolean;
  /** Number of the new face. */
  face: number | null;
  /** From 0 to 100, of a photo. */
  quality: number | null;
  /** Whom the face shows, where that is somebody else; `known-person` where `id` has no face yet. */
  finding: (RankedCandidate & { kind: 'known-person' | 'other-person' }) | null;
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

export type Permission = 'search' | 'enrol' | 'delete' | 'list' | 'admin' | 'operate';
export type EventType =
  | 'match'
  | 'no_match'
  | 'enrolled'
  | 'deleted'
  | 'refused'
  | 'recognised'
  | 'changed'
  | 'duplicate';

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
  duplicateCheck: 'off' | 'report' | 'refuse';
  /** How long deleted people can be brought back. */
  undoMinutes: number;
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
  origin: 'gallery' | 'pack' | 'provisional' | 'cosine';
  madeAt: string | null;
  points: { score: number; similarity: number }[];
  meanings: { similarity: number; rate: number; isExtrapolated: boolean | null }[];
}

export interface CollectionCount {
  collection: string;
  users: number;
  faces: number;
}

export interface UserQuery extends InCollection {
  /** Part of an id or a name; case and accents do not matter. */
  search?: string;
  /** `created` without it: the oldest first. */
  sort?: 'created' | 'newest' | 'id' | 'name';
  /** Only users who have no face. */
  withoutFace?: boolean;
  /** At most 200. */
  limit?: number;
}

export interface UserPage {
  /** On all pages. */
  total: number;
  /** Not all were counted: there are `total` or more. */
  atLeast?: true;
  users: (User & { faces: number; portrait: number | null })[];
  /** The last page has none. */
  next?: string;
}

export interface Face {
  face: number;
  model: string;
  created: string;
  hasPhoto: boolean;
}

/** In pixels of the photo. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

type Fault = 'too-close' | 'mask' | 'sunglasses' | 'hat' | null;

/** Who is on a photo of many people; at most 50 faces, the largest first. */
export interface Group {
  width: number;
  height: number;
  faces: {
    box: Box;
    quality: number;
    /** Who it is, is less sure. */
    isSmall: boolean;
    fault: Fault;
    /** The most similar first; none is nobody known. */
    people: RankedCandidate[];
  }[];
  /** Smaller faces beyond these. */
  left: number;
}

export interface Analysis {
  width: number;
  height: number;
  faces: {
    box: Box;
    outline: { x: number; y: number }[];
    fivePoints: { x: number; y: number }[];
    scores: { mask: number; sunglasses: number; hat: number; face: number } | null;
    fault: Fault;
    isPerson: boolean;
    isSmall: boolean;
    quality: { score: number; advice: string[]; measures: Record<string, number | null> };
    liveness: number | null;
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
