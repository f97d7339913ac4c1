import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Config } from '../../config/config.js';
import { identityOf } from '../../gallery/model-identity.js';
import { GOOD_PEOPLE, MIN_PEOPLE } from '../../gallery/own-scale/gallery-person.js';
import { centresVersion, isStale, readOwnScale } from '../../gallery/own-scale/own-scale.js';
import { shippedCentres } from '../../gallery/scoring/shipped-centres.js';
import { galleryVersion } from '../../http/services.js';
import { readPack } from '../../models/choose-pack.js';
import { DATABASE } from '../../persistence/data-folder/data-folder.js';
import { PostgresDatabase } from '../../persistence/people/postgres/database.js';
import { migrations } from '../../persistence/people/sqlite/migrations.js';
import { readVersion } from '../../persistence/people/sqlite/sqlite-database.js';
import { Database } from '../../persistence/sqlite.js';
import { defaultManifestPath } from '../../util/paths.js';
import { about, type Finding } from './finding.js';

/** What the database says of a model. */
interface ScaleState {
  /** People with faces of it, over all tenants. */
  people: number;
  /** Those of the largest tenant. */
  largest: number;
  scale: { data: string; madeAt: Date } | undefined;
}

/**
 * Whether the scale of similarities was made from the installation's own people, and still fits them. Changes nothing. Says
 * nothing where the database or the models cannot be read: other checks do.
 */
export async function checkScale(config: Config): Promise<Finding[]> {
  if (config.SIMILARITY === 'cosine') return [];
  try {
    const manifest = config.MODEL_MANIFEST ? resolve(config.MODEL_MANIFEST) : defaultManifestPath;
    const { model } = (await readPack(manifest, config.MODEL_PACK)).embedders[galleryVersion];
    const version = centresVersion(await shippedCentres(model.calibration));
    const identity = identityOf(model);
    const state = config.DATABASE_URL
      ? await readPostgres(config, config.DATABASE_URL, identity)
      : readSqlite(join(config.DATA_DIR, DATABASE), identity);
    return state ? [scaleFinding(state, version, model.calibration.provisional !== undefined)] : [];
  } catch {
    return [];
  }
}

/** @param centres version of the pack's */
export function scaleFinding({ people, largest, scale }: ScaleState, centres: string, isProvisional = false): Finding {
  const { ok, warn } = about('scale');
  const again = 'Run `facesearch calibrate --gallery`, look at what it says, then again with --write.';
  if (!scale && isProvisional) {
    return warn(`the pack's, which is provisional: nobody has measured it (${people} people in the gallery)`, again);
  }
  if (!scale) {
    if (largest < MIN_PEOPLE) {
      return ok(`the pack's: the gallery is too small for its own (${largest} people, ${MIN_PEOPLE} are needed)`);
    }
    const text = `the pack's: none was made from your own ${people} people`;
    return largest < GOOD_PEOPLE
      ? ok(`${text}; a rough one can be, a good one from ${GOOD_PEOPLE} on`)
      : warn(text, again);
  }
  const own = readOwnScale(scale);
  if (own?.centres !== centres) {
    return warn("the gallery's own was made for another version of the model or the server: the pack's holds", again);
  }
  const made = `made from your own gallery on ${scale.madeAt.toISOString().slice(0, 10)}`;
  if (isStale(own, people)) {
    return warn(`${made}, is stale: ${own.galleryPeople} people had faces then, ${people} have now`, again);
  }
  return ok(`${made}, from ${own.people} people`);
}

const peopleOf = (model: string) => `
  SELECT coalesce(sum(people), 0) AS people, coalesce(max(people), 0) AS largest FROM (
    SELECT count(DISTINCT user_id) AS people FROM faces JOIN collections USING (collection_id)
    WHERE model = ${model} GROUP BY tenant_id) AS tenants`;

function readSqlite(file: string, model: string): ScaleState | undefined {
  if (!existsSync(file)) return undefined;
  const db = new Database(file, { readonly: true, fileMustExist: true });
  try {
    // One of an older version is brought to this one at the next start.
    if (readVersion(db) !== migrations.length) return undefined;
    const counts = db.prepare<[string], Omit<ScaleState, 'scale'>>(peopleOf('?')).get(model);
    const row = db
      .prepare<[string], { data: string; madeAt: number }>(
        'SELECT data, made_at AS madeAt FROM scales WHERE model = ? AND is_active = 1',
      )
      .get(model);
    return counts && { ...counts, scale: row && { data: row.data, madeAt: new Date(row.madeAt) } };
  } finally {
    db.close();
  }
}

async function readPostgres(
  { DATABASE_TIMEOUT: timeout }: Config,
  url: string,
  model: string,
): Promise<ScaleState | undefined> {
  const db = new PostgresDatabase({ url, connections: 1, timeout });
  try {
    const [counts] = await db.run<{ people: unknown; largest: unknown }>(peopleOf('$1'), [model]);
    const [scale] = await db.run<{ data: string; madeAt: Date }>(
      'SELECT data, made_at AS "madeAt" FROM scales WHERE model = $1 AND is_active',
      [model],
    );
    return counts && { people: Number(counts.people), largest: Number(counts.largest), scale };
  } finally {
    await db.close();
  }
}
