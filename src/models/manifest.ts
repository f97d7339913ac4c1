import { z } from 'zod';
import { type Calibration, calibrationSchema } from './calibration.js';
import { readJson } from './files.js';
import { sourceSchema } from './sources.js';

/** Models and packs are named in file names and environment variables, so their names are kept plain. */
const nameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'a name has letters, digits, ".", "_" and "-" only, at most 64');

/**
 * Either a file inside a source's tarball or archive, a source that is the file itself, or a local file relative to the
 * manifest's folder.
 */
const fileSchema = z.union([
  z.strictObject({ source: z.string(), path: z.string().optional() }),
  z.strictObject({ local: z.string() }),
]);

/** One-time graph rewrites that leave the outputs unchanged; see transform.ts. */
const preparationSchema = z.enum(['flush-denormals', 'split-prelu', 'tell-length']);

const inputSchema = z
  .strictObject({
    /** Without one, the model's only input. */
    name: z.string().optional(),
    /** NCHW, batch 1. */
    shape: z.tuple([
      z.literal(1),
      z.number().int().positive(),
      z.number().int().positive(),
      z.number().int().positive(),
    ]),
    channels: z.enum(['RGB', 'BGR', 'GRAY']),
    /** The network sees (pixel - mean) * scale, with pixels 0–255. */
    mean: z.number(),
    scale: z.number(),
  })
  .refine(({ shape, channels }) => shape[1] === (channels === 'GRAY' ? 1 : 3), 'shape and channels disagree');

const fileFields = {
  file: fileSchema,
  /** SHA-256 of the file as published, in hex. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  licence: z.string(),
  prepare: z.array(preparationSchema).default([]),
  input: inputSchema,
};

const detectorSchema = z.strictObject({
  role: z.literal('detector'),
  /**
   * `ultraface`: scores [1,N,2] and boxes [1,N,4] as normalised corners.
   * `scrfd`: per stride 8, 16 and 32 a score, box-distance and five-point output (InsightFace).
   * `yunet`: per stride 8, 16 and 32 a class, object, box and five-point output (OpenCV's YuNet of 2023).
   */
  family: z.enum(['ultraface', 'scrfd', 'yunet']),
  ...fileFields,
  /** Faces with a lower score are not faces, 0–1. */
  scoreThreshold: z.number().min(0).max(1),
  /** Boxes that overlap more than this are one face, 0–1. */
  nmsIou: z.number().min(0).max(1),
});

const landmarksSchema = z.strictObject({
  role: z.literal('landmarks'),
  /** `points68`: 136 numbers, x and y of the 68 iBUG points as fractions of the face box. */
  family: z.literal('points68'),
  ...fileFields,
  /** How often the points are found; each further pass looks at the box that the last one implies. */
  passes: z.number().int().min(1).max(3),
});

const embedderSchema = z.strictObject({
  role: z.literal('embedder'),
  /** `arcface112`: a crop aligned to the 112x112 ArcFace template in, 512 numbers out. */
  family: z.literal('arcface112'),
  ...fileFields,
  /**
   * What stored faces say of the model that made them; without one, its name and the beginning of `sha256`. For a file that
   * changed and still makes the same embeddings: only then may it stay what it was.
   */
  identity: z.string().min(1).optional(),
  /**
   * Between which lengths the vectors of the network lie before they are normalised: that of photos that are hardly ever found again,
   * and that of good ones. Without, quality does not ask the embedder.
   */
  lengths: z.strictObject({ worst: z.number().min(0), best: z.number().positive() }).optional(),
  /** The calibration, or its file relative to the manifest's folder. */
  calibration: z.union([z.string(), calibrationSchema]),
});

const score = z.number().min(0).max(1);

const faceGateSchema = z.strictObject({
  role: z.literal('face-gate'),
  /** `four-heads`: one output [1,4], probabilities that mask, sunglasses and hat cover the face, and that it is one. */
  family: z.literal('four-heads'),
  ...fileFields,
  /** The square that the network sees, in pixels of the aligned 112x112 crop; it may reach beyond it. */
  window: z.strictObject({ x: z.number(), y: z.number(), size: z.number().positive() }),
  /** The face is covered at or above the first three; it is no face below the last. */
  thresholds: z.strictObject({ mask: score, sunglasses: score, hat: score, face: score }),
});

const idCardGateSchema = z.strictObject({
  role: z.literal('id-card-gate'),
  /**
   * `around-face`: what surrounds the largest face, or all of a photo without one, stretched to the input; one output [1]
   * or [1,1], the probability of an ID card.
   */
  family: z.literal('around-face'),
  ...fileFields,
  /** Side of the square around the face, in widths of the face; what lies outside the photo is cut off. */
  window: z.number().positive(),
  /** A photo is an ID card at or above these. */
  thresholds: z.strictObject({ withFace: score, withoutFace: score }),
  /** A face wider than this share of the photo's width is no portrait on a card, 0–1. */
  maxFaceWidth: z.number().min(0).max(1),
});

const livenessGateSchema = z.strictObject({
  role: z.literal('liveness-gate'),
  /** `three-class`: one output [1,3], logits of a live face, a print and a screen, in this order for all that is known. */
  family: z.literal('three-class'),
  ...fileFields,
  /** Sides of what the network sees, in those of the face's box; less where the photo ends. */
  window: z.number().positive(),
  /** A face is live at or above this probability of the first class. */
  threshold: score,
});

/** Models of gates, by the member of a pack that names them. */
const gateSchemas = { faceGate: faceGateSchema, idCardGate: idCardGateSchema, livenessGate: livenessGateSchema };
const gateMembers = Object.keys(gateSchemas) as GateMember[];

const modelSchema = z.discriminatedUnion('role', [
  detectorSchema,
  landmarksSchema,
  embedderSchema,
  ...Object.values(gateSchemas),
]);

const embedderChoiceSchema = z.strictObject({
  model: z.string(),
  /** Average the embeddings of the crop and of its mirror image, and normalise again. */
  mirror: z.boolean(),
});

const croppingSchema = z.strictObject({
  /** By how much the crop that is embedded lies lower than the template says, in its 112 pixels. */
  down: z.number().min(-20).max(20),
  /** How much more of the photo it shows in each direction, as a factor, about the middle of the face. */
  scale: z.number().min(0.5).max(2),
});

const packSchema = z.strictObject({
  detector: z.string(),
  /** Null when the detector gives the five points itself. */
  landmarks: z.string().nullable(),
  embedders: z.strictObject({ none: embedderChoiceSchema, v3: embedderChoiceSchema, v4: embedderChoiceSchema }),
  /** The template's own crop when left out. Landmarks of other makes lie a little elsewhere than those that the embedder knows. */
  cropping: croppingSchema.default({ down: 0, scale: 1 }),
  /** Null does without the gates that need this model. */
  ...perGate(() => z.string().nullable().default(null)),
});

const manifestSchema = z.strictObject({
  sources: z.record(nameSchema, sourceSchema),
  models: z.record(nameSchema, modelSchema),
  packs: z.record(nameSchema, packSchema),
});

export type Cropping = z.infer<typeof croppingSchema>;
export type Preparation = z.infer<typeof preparationSchema>;
export type ModelInput = z.infer<typeof inputSchema>;
export type DetectorModel = z.infer<typeof detectorSchema>;
export type LandmarksModel = z.infer<typeof landmarksSchema>;
/** With its calibration read. */
export type EmbedderModel = Omit<z.infer<typeof embedderSchema>, 'calibration'> & { calibration: Calibration };
export type GateMember = keyof typeof gateSchemas;
export type GateModel<Member extends GateMember = GateMember> = z.infer<(typeof gateSchemas)[Member]>;
export type Model = DetectorModel | LandmarksModel | EmbedderModel | GateModel;
export type { Calibration };
export type Manifest = z.infer<typeof manifestSchema>;

/** Values of the `facematch_version` header. */
export type FacematchVersion = 'none' | 'v3' | 'v4';

/** A model of the pack with its name and the absolute path of its prepared weights. */
export type Prepared<M extends Model> = M & { name: string; weights: string };

/** Everything that vision needs to run; plain data, so it can be sent to a worker thread. */
export interface ModelPack {
  name: string;
  detector: Prepared<DetectorModel>;
  landmarks: Prepared<LandmarksModel> | null;
  embedders: Record<FacematchVersion, { model: Prepared<EmbedderModel>; mirror: boolean }>;
  cropping: Cropping;
  /** Null where the pack does without. */
  gates: { [Member in GateMember]: Prepared<GateModel<Member>> | null };
}

/**
 * Reads and validates a manifest.
 * @throws ModelError that names the file and the offending member
 */
export function readManifest(path: string): Promise<Manifest> {
  return readJson(path, manifestSchema, 'model manifest');
}

/** The role that the model of a gate has. */
export function gateRole(member: GateMember): GateModel['role'] {
  return gateSchemas[member].shape.role.value;
}

/** An object with what `make` gives for the model of each gate. */
export function perGate<T>(make: (member: GateMember) => T): Record<GateMember, T> {
  return Object.fromEntries(gateMembers.map((member) => [member, make(member)])) as Record<GateMember, T>;
}
