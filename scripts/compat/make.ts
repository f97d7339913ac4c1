import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { exportCollection } from '../../src/cli/collection-export/export-collection.js';
import { ImportState } from '../../src/cli/photo-import/import-state.js';
import { EMBEDDING_LENGTH } from '../../src/core/embedding.js';
import { identityOf } from '../../src/gallery/model-identity.js';
import { shippedCentres } from '../../src/gallery/scoring/shipped-centres.js';
import { type SimilarityScale, scaleOf } from '../../src/gallery/scoring/similarity.js';
import { galleryVersion } from '../../src/http/services.js';
import type { Calibration } from '../../src/models/calibration.js';
import { readPack } from '../../src/models/choose-pack.js';
import { backUp } from '../../src/persistence/backup/back-up.js';
import { DATABASE } from '../../src/persistence/data-folder/data-folder.js';
import { migrations as postgresMigrations } from '../../src/persistence/people/postgres/migrations.js';
import { migrations } from '../../src/persistence/people/sqlite/migrations.js';
import { SqliteTransfer } from '../../src/persistence/people/sqlite/sqlite-transfer.js';
import { defaultManifestPath, projectRoot } from '../../src/util/paths.js';
import { serverVersion } from '../../src/util/version.js';
import { FaceLikeVectors } from '../bench/face-like-vectors.js';
import { pack } from './archive.js';
import { type CompatContents, crowd, without, writeContents } from './contents.js';
import { madeUpContents } from './made-up-people.js';
import { makeFolder, makeOlderFolder } from './make-folders.js';
import { makePostgres } from './make-postgres.js';

/*
 * Writes every kind of data that this version keeps or hands out into test/compat/<version>/, for all later versions to
 * open. With --older-schemas, what earlier schemas would have made of it, into test/compat/before-<version>/.
 */

interface Maker {
  /** Where the data go. */
  folder: string;
  /** For what is packed. */
  work: string;
  contents: CompatContents;
  scale: SimilarityScale;
  calibration: Calibration;
  modelName: string;
}

async function makeRelease({ folder, work, contents, scale, calibration, modelName }: Maker): Promise<void> {
  const small = without(contents, crowd);
  const { dataKey } = contents;
  await writeContents(join(folder, 'contents.json.gz'), contents);

  const plain = join(work, 'plain');
  await makeFolder(plain, contents, { scale });
  await pack(join(folder, 'plain.tar.gz'), plain);
  const encrypted = join(work, 'encrypted');
  await makeFolder(encrypted, small, { scale, dataKey });
  await pack(join(folder, 'encrypted.tar.gz'), encrypted);
  const killed = join(work, 'killed');
  const whileOpen = () => pack(join(folder, 'killed.tar.gz'), killed);
  await makeFolder(killed, small, { scale, whileOpen });

  for (const name of ['plain', 'encrypted']) {
    await backUp({ folder: join(work, name), file: join(work, `${name}.backup`) });
    await compress(join(work, `${name}.backup`), join(folder, `${name}.backup.gz`));
  }

  const source = SqliteTransfer.open(
    join(killed, DATABASE),
    undefined,
    { tenant: 'acme', collection: '' },
    contents.model,
  );
  const lines = Readable.from(exportCollection(source, contents.model));
  await pipeline(lines, createGzip({ level: 9 }), createWriteStream(join(folder, 'export.jsonl.gz')));
  source.close();

  for (const vectors of ['vector', 'halfvec'] as const) {
    const file = join(folder, `postgres-${vectors}.tar.gz`);
    await makePostgres(file, small, { folder: join(work, vectors), scale, vectors });
  }

  const manifest = join(work, 'manifest.json');
  // One file that holds all: a manifest may have the calibration inside.
  const inside = JSON.parse(await readFile(defaultManifestPath, 'utf8'));
  inside.models[modelName].calibration = { ...calibration, madeFrom: 'made up' };
  await writeFile(manifest, JSON.stringify(inside));
  await compress(manifest, join(folder, 'calibrated-manifest.json.gz'));

  const state = join(folder, 'photos.import-state');
  const importState = ImportState.open(state, contents.importedTo);
  for (const { state: is, ...photo } of contents.imported) importState.put(photo, { state: is });
  importState.close();
}

async function compress(from: string, to: string): Promise<void> {
  await pipeline(createReadStream(from), createGzip({ level: 9 }), createWriteStream(to));
}

async function makeOlderSchemas({ folder, work, contents, scale }: Maker): Promise<void> {
  const { dataKey } = contents;
  // Older schemas have neither scopes nor ends of keys.
  const keys = contents.keys.filter(({ readOnly, end }) => !readOnly && end !== 'expired');
  const older = { ...without(contents, crowd), keys };
  await writeContents(join(folder, 'contents.json.gz'), older);
  for (const [name, options] of Object.entries({ plain: { scale }, encrypted: { scale, dataKey } })) {
    const today = join(work, name);
    await makeFolder(today, older, options);
    // The first schema knew no encryption.
    for (let version = name === 'plain' ? 1 : 2; version < migrations.length; version++) {
      await makeOlderFolder(`${today}-${version}`, today, version);
      await pack(join(folder, `${name}-schema-${version}.tar.gz`), `${today}-${version}`);
    }
  }
  for (let version = 1; version < postgresMigrations.length; version++) {
    const file = join(folder, `postgres-schema-${version}.tar.gz`);
    await makePostgres(file, older, { folder: join(work, `postgres-${version}`), scale, vectors: 'vector', version });
  }
}

const isOlder = process.argv.includes('--older-schemas');
const folder = join(projectRoot, 'test', 'compat', `${isOlder ? 'before-' : ''}${serverVersion}`);
// What a release has made once is never made anew: a later version would write it in its own way.
if (existsSync(folder)) throw new Error(`${folder} is there already; raise the version in package.json first.`);
await mkdir(folder);
const work = await mkdtemp(join(tmpdir(), 'facesearch-compat-'));
try {
  const chosen = await readPack(defaultManifestPath, 'default');
  const { model } = chosen.embedders[galleryVersion];
  const { calibration } = model;
  const centres = await shippedCentres(calibration);
  const direction = centres?.vectors.subarray(0, EMBEDDING_LENGTH) ?? new FaceLikeVectors(17).person();
  const contents = madeUpContents(identityOf(model), direction);
  const scale = scaleOf('calibrated', calibration, centres);
  await (isOlder ? makeOlderSchemas : makeRelease)({
    folder,
    work,
    contents,
    scale,
    calibration,
    modelName: model.name,
  });
} catch (error) {
  await rm(folder, { recursive: true });
  throw error;
} finally {
  await rm(work, { recursive: true });
}
