import { dirname, resolve } from 'node:path';
import { type Calibration, calibrationSchema } from './calibration.js';
import { readJson } from './files.js';
import {
  type Cropping,
  type DetectorModel,
  type EmbedderModel,
  type FacematchVersion,
  type GateMember,
  type GateModel,
  gateRole,
  type LandmarksModel,
  type Manifest,
  type Model,
  type ModelPack,
  type Prepared,
  perGate,
  readManifest,
} from './manifest.js';
import { ModelError } from './model-error.js';

/** A model with the name that the manifest gives it. */
export type Named<M extends Model> = M & { name: string };

/** A pack with its names looked up in the manifest. */
export interface ChosenPack {
  name: string;
  /** Path of the manifest: local files are relative to its folder. */
  manifestPath: string;
  sources: Manifest['sources'];
  detector: Named<DetectorModel>;
  landmarks: Named<LandmarksModel> | null;
  embedders: Record<FacematchVersion, { model: Named<EmbedderModel>; mirror: boolean }>;
  cropping: Cropping;
  gates: { [Member in GateMember]: Named<GateModel<Member>> | null };
}

/**
 * Reads a manifest, and looks up a pack with its models and their calibrations, whose cohorts get an absolute path.
 * @throws ModelError when the manifest or a calibration is not valid, the pack, one of its models or a model's source is not
 *   there, or a model has the wrong role
 */
export async function readPack(manifestPath: string, packName: string): Promise<ChosenPack> {
  const manifest = await readManifest(manifestPath);
  const pack = get(manifest.packs, packName);
  if (!pack) throw new ModelError(`${manifestPath} has no pack "${packName}"; it has ${list(manifest.packs)}.`);

  const choose = <R extends Model['role']>(member: string, name: string, role: R) => {
    const complain = (what: string) => new ModelError(`${manifestPath}: pack "${packName}", ${member}: ${what}`);
    const model = get(manifest.models, name);
    if (!model) throw complain(`there is no model "${name}"; there are ${list(manifest.models)}.`);
    if (model.role !== role) throw complain(`model "${name}" has the role ${model.role}, not ${role}.`);
    if ('source' in model.file) {
      const { source: sourceName, path } = model.file;
      const source = get(manifest.sources, sourceName);
      if (!source) throw complain(`model "${name}" comes from source "${sourceName}", which is not in "sources".`);
      const holdsFiles = source.kind === 'npm' || source.archive !== undefined;
      if (holdsFiles && path === undefined) {
        throw complain(`model "${name}" does not say which "path" of source "${sourceName}" it is.`);
      }
      if (!holdsFiles && path !== undefined) {
        throw complain(`model "${name}" names a "path", but source "${sourceName}" is one file.`);
      }
    }
    return { ...model, name } as Extract<typeof model, { role: R }> & { name: string };
  };

  const detector = choose('detector', pack.detector, 'detector');
  if (pack.landmarks === null && detector.family === 'ultraface') {
    throw new ModelError(
      `${manifestPath}: pack "${packName}", landmarks: may be null only with a detector that finds the five points itself, ` +
        `and family ultraface ("${detector.name}") does not.`,
    );
  }
  const embedder = async (version: FacematchVersion) => {
    const { model: name, mirror } = pack.embedders[version];
    const { calibration, ...model } = choose(`embedders.${version}`, name, 'embedder');
    return { model: { ...model, calibration: await calibrationOf(calibration) }, mirror };
  };
  const beside = (file: string) => resolve(dirname(manifestPath), file);
  const calibrationOf = async (given: string | Calibration): Promise<Calibration> => {
    const read = typeof given === 'string' ? await readJson(beside(given), calibrationSchema, 'calibration') : given;
    return read.cohort ? { ...read, cohort: { ...read.cohort, file: beside(read.cohort.file) } } : read;
  };
  return {
    name: packName,
    manifestPath,
    sources: manifest.sources,
    detector,
    landmarks: pack.landmarks === null ? null : choose('landmarks', pack.landmarks, 'landmarks'),
    embedders: { none: await embedder('none'), v3: await embedder('v3'), v4: await embedder('v4') },
    cropping: pack.cropping,
    gates: perGate((member) => {
      const name = pack[member];
      return name === null ? null : choose(member, name, gateRole(member));
    }) as ChosenPack['gates'],
  };
}

/** The pack's models, each once. */
export function modelsOf({ detector, landmarks, embedders, gates }: ChosenPack): Named<Model>[] {
  const all = [detector, landmarks, ...Object.values(gates), ...Object.values(embedders).map(({ model }) => model)];
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
    cropping: pack.cropping,
    gates: perGate((member) => pack.gates[member] && prepared(pack.gates[member])) as ModelPack['gates'],
  };
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
