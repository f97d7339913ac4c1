import { dirname, resolve } from 'node:path';
import type {
  DetectorModel,
  EmbedderModel,
  FaceGateModel,
  FacematchVersion,
  IdCardGateModel,
  LandmarksModel,
  Manifest,
  Model,
  ModelPack,
  Prepared,
} from './manifest.js';
import { ModelError } from './model-error.js';

/** A model with the name that the manifest gives it. */
export type Named<M extends Model> = M & { name: string };

/** A pack with its names looked up in the manifest. */
export interface ChosenPack {
  name: string;
  detector: Named<DetectorModel>;
  landmarks: Named<LandmarksModel> | null;
  embedders: Record<FacematchVersion, { model: Named<EmbedderModel>; mirror: boolean }>;
  faceGate: Named<FaceGateModel> | null;
  idCardGate: Named<IdCardGateModel> | null;
}

/**
 * Looks up a pack and its models.
 * @param where the manifest's path, for messages
 * @throws ModelError when the pack, one of its models or a model's source is not there, or a model has the wrong role
 */
export function choosePack(manifest: Manifest, packName: string, where: string): ChosenPack {
  const pack = get(manifest.packs, packName);
  if (!pack) throw new ModelError(`${where} has no pack "${packName}"; it has ${list(manifest.packs)}.`);

  const choose = <R extends Model['role']>(member: string, name: string, role: R) => {
    const complain = (what: string) => new ModelError(`${where}: pack "${packName}", ${member}: ${what}`);
    const model = get(manifest.models, name);
    if (!model) throw complain(`there is no model "${name}"; there are ${list(manifest.models)}.`);
    if (model.role !== role) throw complain(`model "${name}" has the role ${model.role}, not ${role}.`);
    if ('source' in model.file && !get(manifest.sources, model.file.source)) {
      throw complain(`model "${name}" comes from source "${model.file.source}", which is not in "sources".`);
    }
    return { ...model, name } as Named<Extract<Model, { role: R }>>;
  };

  const detector = choose('detector', pack.detector, 'detector');
  if (pack.landmarks === null && detector.family === 'ultraface') {
    throw new ModelError(
      `${where}: pack "${packName}", landmarks: may be null only with a detector that finds the five points itself, ` +
        `and family ultraface ("${detector.name}") does not.`,
    );
  }
  const embedder = (version: FacematchVersion) => {
    const { model, mirror } = pack.embedders[version];
    return { model: withCohortPath(choose(`embedders.${version}`, model, 'embedder'), where), mirror };
  };
  return {
    name: packName,
    detector,
    landmarks: pack.landmarks === null ? null : choose('landmarks', pack.landmarks, 'landmarks'),
    embedders: { none: embedder('none'), v3: embedder('v3'), v4: embedder('v4') },
    faceGate: pack.faceGate === null ? null : choose('faceGate', pack.faceGate, 'face-gate'),
    idCardGate: pack.idCardGate === null ? null : choose('idCardGate', pack.idCardGate, 'id-card-gate'),
  };
}

/** The pack's models, each once. */
export function modelsOf({ detector, landmarks, embedders, faceGate, idCardGate }: ChosenPack): Named<Model>[] {
  const all = [detector, landmarks, faceGate, idCardGate, ...Object.values(embedders).map(({ model }) => model)];
  return [...new Map(all.filter((model) => model !== null).map((model) => [model.name, model])).values()];
}

/** @param weights absolute path of each model's prepared weights, by the model's name */
export function withWeights(pack: ChosenPack, weights: ReadonlyMap<string, string>): ModelPack {
  const prepared = <M extends Model>(model: Named<M>): Prepared<M> => {
    const path = weights.get(model.name);
    if (!path) throw new Error(`no weights for ${model.name}`);
    return { ...model, weights: path };
  };
  const embedder = ({ model, mirror }: ChosenPack['embedders']['none']) => ({ model: prepared(model), mirror });
  const { none, v3, v4 } = pack.embedders;
  return {
    name: pack.name,
    detector: prepared(pack.detector),
    landmarks: pack.landmarks && prepared(pack.landmarks),
    embedders: { none: embedder(none), v3: embedder(v3), v4: embedder(v4) },
    faceGate: pack.faceGate && prepared(pack.faceGate),
    idCardGate: pack.idCardGate && prepared(pack.idCardGate),
  };
}

/** Beside the manifest is where its cohort is. */
function withCohortPath(model: Named<EmbedderModel>, where: string): Named<EmbedderModel> {
  const { cohort } = model.calibration;
  if (!cohort) return model;
  const file = resolve(dirname(where), cohort.file);
  return { ...model, calibration: { ...model.calibration, cohort: { ...cohort, file } } };
}

/** Own members only: "constructor" is no model. */
function get<T>(record: Record<string, T>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function list(record: Record<string, unknown>): string {
  return (
    Object.keys(record)
      .map((name) => `"${name}"`)
      .join(', ') || 'none'
  );
}
