import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Config } from '../../config/config.js';
import { identityOf } from '../../gallery/model-identity.js';
import { SEARCHABLE_AGAIN } from '../../gallery/other-models.js';
import { galleryVersion } from '../../http/services.js';
import { readPack } from '../../models/choose-pack.js';
import { DATABASE } from '../../persistence/data-folder/data-folder.js';
import { PostgresDatabase } from '../../persistence/people/postgres/database.js';
import { Database } from '../../persistence/sqlite.js';
import { defaultManifestPath } from '../../util/paths.js';
import { about, type Finding } from './finding.js';

/** Also in a database of an older version. */
const BY_MODEL = `SELECT coalesce(sum(CASE WHEN model = $model THEN 0 ELSE 1 END), 0) AS others, count(*) AS faces FROM faces`;

/**
 * Whether the faces were made by the model of the pack. Changes nothing. Says nothing where the database or the models cannot be
 * read: other checks do.
 */
export async function checkOtherModels(config: Config): Promise<Finding[]> {
  try {
    const manifest = config.MODEL_MANIFEST ? resolve(config.MODEL_MANIFEST) : defaultManifestPath;
    const model = identityOf((await readPack(manifest, config.MODEL_PACK)).embedders[galleryVersion].model);
    const counts = config.DATABASE_URL
      ? await countInPostgres(config, config.DATABASE_URL, model)
      : countInSqlite(join(config.DATA_DIR, DATABASE), model);
    return counts ? [otherModelsFinding(counts)] : [];
  } catch {
    return [];
  }
}

/** @param others faces of other models, of all `faces` */
export function otherModelsFinding({ others, faces }: { others: number; faces: number }): Finding {
  const { ok, warn } = about('faces');
  if (others === 0) return ok(`${faces}, all made by the model of the pack`);
  return warn(
    `${others} of ${faces} were made by another model: they are kept, but not searched`,
    `Run \`${SEARCHABLE_AGAIN}\`, which makes those with kept photos anew, or set MODEL_PACK to the pack that made them.`,
  );
}

function countInSqlite(file: string, model: string): { others: number; faces: number } | undefined {
  if (!existsSync(file)) return undefined;
  const db = new Database(file, { readonly: true, fileMustExist: true });
  try {
    return db.prepare<[{ model: string }], { others: number; faces: number }>(BY_MODEL).get({ model });
  } finally {
    db.close();
  }
}

async function countInPostgres({ DATABASE_TIMEOUT: timeout }: Config, url: string, model: string) {
  const db = new PostgresDatabase({ url, connections: 1, timeout });
  try {
    const [row] = await db.run<{ others: unknown; faces: unknown }>(BY_MODEL.replace('$model', '$1'), [model]);
    return row && { others: Number(row.others), faces: Number(row.faces) };
  } finally {
    await db.close();
  }
}
