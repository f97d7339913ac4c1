import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Config, readConfig } from '../../config/config.js';
import { calibrationOptions, checkGroups } from '../../evaluation/calibration/options.js';
import { runCalibration } from '../../evaluation/calibration/run-calibration.js';
import {
  listScales,
  revertScale,
  runGalleryCalibration,
} from '../../evaluation/own-gallery/run-gallery-calibration.js';
import { identityOf } from '../../gallery/model-identity.js';
import { shippedCentres } from '../../gallery/scoring/shipped-centres.js';
import { galleryVersion } from '../../http/services.js';
import { readPack } from '../../models/choose-pack.js';
import { preparePack } from '../../models/pack.js';
import { scaleEntry } from '../../observability/audit/audit-entry.js';
import { AuditFile } from '../../observability/audit/audit-file.js';
import { OperatorError } from '../../util/operator-error.js';
import { dashed, type Options, readOptions, type Values } from '../../util/options.js';
import { defaultManifestPath } from '../../util/paths.js';
import { UsageError } from '../../util/usage-error.js';
import { openExistingStore } from '../../wiring/open-store.js';
import { defineCommand } from '../command.js';

const options = {
  ...calibrationOptions,
  write: {
    type: 'boolean',
    help: "write the result into the model's calibration file, which the manifest names; with --gallery into the database",
  },
  gallery: {
    type: 'boolean',
    help: "instead of a folder: the people in DATA_DIR, or in DATABASE_URL; the server may run meanwhile. Of the other options only the pack's and those below go with it",
  },
  revert: { type: 'boolean', help: 'with --gallery: the scale before the present one holds again' },
  list: { type: 'boolean', help: 'with --gallery: show every scale that was written' },
} as const satisfies Options;

/** Options that mean something with --gallery. */
const galleryOptions = ['gallery', 'write', 'revert', 'list', 'pack'];

export const calibrate = defineCommand({
  about:
    "Computes the scale of similarities from a folder that holds manifest.csv (path,identity[,set]), see docs/evaluation.md; or, with --gallery, from the installation's own people, see docs/similarity.md.",
  operands: ['[<folder>]'],
  options,
  async run(values, [folder]) {
    const config = readConfig(process.env);
    if (values.gallery) return calibrateGallery(values, folder, config);
    if (values.revert || values.list) throw new UsageError('--revert and --list go with --gallery.');
    if (folder === undefined) throw new UsageError('<folder> is missing, or --gallery.');
    checkGroups(values);
    const { pack = config.MODEL_PACK, workers = config.WORKERS } = values;
    const options = { ...values, folder: resolve(folder), pack, workers };
    const manifestPath = manifestOf(config);
    await runCalibration(options, {
      pack: await preparePack(manifestPath, pack, { log: console.error }),
      manifestPath,
      maxPixels: config.MAX_PIXELS,
      print: (text) => process.stdout.write(text),
    });
  },
});

async function calibrateGallery(
  values: Values<typeof options>,
  folder: string | undefined,
  config: Config,
): Promise<void> {
  if (folder !== undefined) throw new UsageError('It is a folder or --gallery, not both.');
  const unset = readOptions([], options).values;
  const foreign = Object.entries(values).find(
    ([name, value]) => !galleryOptions.includes(name) && !isDeepStrictEqual(value, unset[name as keyof typeof unset]),
  );
  if (foreign) throw new UsageError(`--${dashed(foreign[0])} does not go with --gallery.`);
  if ([values.write, values.revert, values.list].filter(Boolean).length > 1) {
    throw new UsageError('Only one of --write, --revert and --list can be done at a time.');
  }
  const { model } = (await readPack(manifestOf(config), values.pack ?? config.MODEL_PACK)).embedders[galleryVersion];
  const centres = await shippedCentres(model.calibration);
  const store = await openExistingStore(config);
  if (!store) throw new OperatorError(`There is no database in ${config.DATA_DIR}.`);
  // First of all: what cannot be audited is not done.
  const changesScale = values.write || values.revert;
  const audit = config.AUDIT_LOG === undefined || !changesScale ? undefined : new AuditFile(config.AUDIT_LOG);
  const print = (text: string) => void process.stdout.write(text);
  const tools = {
    store,
    scales: store.scales,
    model: identityOf(model),
    calibration: model.calibration,
    centres,
    print,
  };
  try {
    if (values.list) await listScales(tools);
    else if (values.revert) await revertScale(tools);
    else await runGalleryCalibration(values.write, tools);
    if (changesScale) audit?.append(scaleEntry(values.write ? 'write scale' : 'revert scale'));
    if (config.SIMILARITY === 'cosine') {
      console.error('SIMILARITY=cosine is set: the server tells cosines and uses no scale.');
    }
  } finally {
    await store.close();
    audit?.close();
  }
}

function manifestOf(config: Config): string {
  return config.MODEL_MANIFEST ? resolve(config.MODEL_MANIFEST) : defaultManifestPath;
}
