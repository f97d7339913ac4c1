import { writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { shippedCentres, shippedCohort } from '../../gallery/scoring/shipped-centres.js';
import type { Calibration, FacematchVersion, ModelPack } from '../../models/manifest.js';
import { readCsv } from '../../util/csv.js';
import { OperatorError } from '../../util/operator-error.js';
import { type DataSetImage, missingFiles, readDataSet, readSubset } from '../data-set.js';
import { type Embedded, embedImages } from '../embed-images.js';
import { firstFew } from '../format.js';
import { renderMarkdown, renderText } from '../report/blocks.js';
import { type EvaluationTools, makeFolder, withPool } from '../run-evaluation.js';
import { calibrationBlocks } from './calibration-blocks.js';
import type { CalibrationResult } from './calibration-result.js';
import { calibratedRates, calibrationOf, type Population } from './make-calibration.js';
import type { CalibrationOptions } from './options.js';
import { compareStrangers } from './strangers.js';
import { rateCurve } from './tail.js';
import { writeCalibration } from './write-calibration.js';

export interface CalibrationTools extends EvaluationTools {
  /** Path of the manifest, which names the file that --write changes. */
  manifestPath: string;
}

/**
 * Computes the scale from cosine to similarity of a pack's embedder from a labelled folder, prints and writes a report,
 * and writes the model's calibration when asked to.
 * @throws OperatorError when the folder or the model cannot be used, or there are too few people
 */
export async function runCalibration(options: CalibrationOptions, tools: CalibrationTools): Promise<CalibrationResult> {
  const version = versionOf(options, tools.pack);
  const { model, mirror } = tools.pack.embedders[version];
  const { groups, missing } = await readGroups(options);
  const isExcluded = await readExcluded(options.excludePairs, groups);
  await makeFolder(options.out);
  const { embeddings, failures } = await embed(options, groups, version, tools);
  const cohort = shippedCohort(await shippedCentres(model.calibration));
  const populations = groups.map(({ name, images }): Population => {
    const strangers = compareStrangers(images, embeddings, { isExcluded, trim: !options.noTrim, cohort });
    const curve = rateCurve(strangers.scores, strangers.peoplePairs);
    if (curve) return { name, strangers, curve };
    throw new OperatorError(`${name}: too few people, ${strangers.people}; a calibration needs 46 at least.`);
  });
  const rates = calibratedRates(populations, options.weights);
  const result: CalibrationResult = {
    model: model.name,
    version,
    mirror,
    before: model.calibration,
    after: withKept(
      calibrationOf(rates, populations, options.weights, { dataSet: basename(options.folder), mirror }),
      model.calibration,
      tools.manifestPath,
    ),
    rates,
    populations,
    notAcquired: failures.size,
    missingFiles: missing,
  };
  await tell(result, options, tools);
  return result;
}

/** The calibration with all of the model's that is not made anew; the cohort's path as the manifest has it. */
function withKept(
  { madeFrom, points }: Calibration,
  { cohort, identicalFrom, photosSlope }: Calibration,
  manifestPath: string,
): Calibration {
  return {
    madeFrom,
    ...(cohort && { cohort: { ...cohort, file: relative(dirname(manifestPath), cohort.file) } }),
    ...(identicalFrom !== undefined && { identicalFrom }),
    ...(photosSlope !== undefined && { photosSlope }),
    ...(cohort
      ? { scorePoints: points?.map(({ cosine, similarity }) => ({ score: cosine, similarity })) }
      : { points }),
  };
}

async function tell(result: CalibrationResult, { out, write }: CalibrationOptions, tools: CalibrationTools) {
  const blocks = calibrationBlocks(result);
  tools.print(renderText(blocks));
  await writeFile(join(out, 'calibration.md'), renderMarkdown(blocks));
  await writeFile(join(out, 'calibration.json'), `${JSON.stringify(plain(result), null, 2)}\n`);
  tools.print(`\nWritten to ${relative('', out) || '.'}: calibration.md, calibration.json\n`);
  if (write) {
    const file = await writeCalibration(tools.manifestPath, result.model, result.after);
    tools.print(`Changed: ${relative('', file)}\n`);
  } else tools.print(`The scale of ${result.model} is as it was; --write changes it.\n`);
}

/** The numbers without the histograms. */
function plain({ populations, ...rest }: CalibrationResult): unknown {
  return {
    ...rest,
    populations: populations.map(({ name, curve, strangers }) => {
      const { images, people, closest, setAside, setAsideFrom } = strangers;
      return { name, images, people, ...curve, setAsideFrom, setAside, closest };
    }),
  };
}

function versionOf({ model, version, pack: name }: CalibrationOptions, pack: ModelPack): FacematchVersion {
  if (model === undefined) return version ?? 'v3';
  const using = (['v3', 'v4', 'none'] as const).filter((one) => pack.embedders[one].model.name === model);
  const found = version === undefined ? using[0] : using.find((one) => one === version);
  if (!found) {
    const where = version === undefined ? '' : ` as ${version}`;
    throw new OperatorError(`The pack ${name} does not use the model "${model}"${where}; --pack names another one.`);
  }
  return found;
}

interface ImageGroup {
  name: string;
  images: DataSetImage[];
}

async function readGroups({
  folder,
  aliases,
  subset,
  group: groups = [],
}: CalibrationOptions): Promise<{ groups: ImageGroup[]; missing: string[] }> {
  const { images } = await readDataSet(folder, aliases);
  const listed = subset === undefined ? undefined : await readSubset(subset);
  const known = new Set([...images.values()].map(({ set }) => set));
  const unknown = groups.flatMap(({ sets }) => sets).filter((set) => !known.has(set));
  if (unknown.length > 0) throw new OperatorError(`The manifest has no set ${unknown.join(', ')}.`);
  const usable = [...images.values()].filter(({ path, identity }) => identity !== '' && (listed?.has(path) ?? true));
  const chosen = (groups.length > 0 ? groups : [{ name: 'all', sets: null }]).map(({ name, sets }) => ({
    name,
    images: usable.filter(({ set }) => sets?.includes(set) ?? true),
  }));
  const missing = await missingFiles(
    folder,
    chosen.flatMap((group) => group.images.map(({ path }) => path)),
  );
  const there = chosen.map(({ name, images: all }) => ({ name, images: all.filter(({ path }) => !missing.has(path)) }));
  const empty = there.find((group) => group.images.length === 0);
  if (empty) throw new OperatorError(`${empty.name}: no image with an identity.`);
  return { groups: there, missing: [...missing].sort() };
}

async function readExcluded(
  file: string | undefined,
  groups: readonly ImageGroup[],
): Promise<(a: string, b: string) => boolean> {
  if (file === undefined) return () => false;
  const known = new Set(groups.flatMap(({ images }) => images.map(({ identity }) => identity)));
  const rows = await readCsv(file, ['a', 'b']);
  const unknown = rows.flatMap(({ values: { a = '', b = '' } }) => [a, b]).filter((name) => !known.has(name));
  // A slip of the pen would leave in what was meant to go.
  if (unknown.length > 0) throw new OperatorError(`${file}: no such identity: ${firstFew(unknown)}.`);
  const key = (a: string, b: string) => JSON.stringify([a, b].sort());
  const excluded = new Set(rows.map(({ values: { a = '', b = '' } }) => key(a, b)));
  return (a, b) => excluded.has(key(a, b));
}

function embed(
  { folder, workers }: CalibrationOptions,
  groups: readonly ImageGroup[],
  version: FacematchVersion,
  tools: CalibrationTools,
): Promise<Embedded> {
  const paths = [...new Set(groups.flatMap(({ images }) => images.map(({ path }) => path)))];
  return withPool(tools, workers, { minFaceWidth: 0 }, 'Embedding', paths.length, (pool, concurrency, onProgress) =>
    embedImages(pool, folder, paths, { version, concurrency, onProgress }),
  );
}
