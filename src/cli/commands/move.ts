import { type Config, ConfigError, dataKeyOf, readConfig } from '../../config/config.js';
import { lockDataFolder } from '../../persistence/data-folder/data-folder-lock.js';
import type { DataKey } from '../../persistence/encryption/data-key.js';
import { showProgress } from '../../util/progress.js';
import { UsageError } from '../../util/usage-error.js';
import { defineCommand } from '../command.js';
import { type MovedPhotos, movePhotos } from '../database-migration/move-photos.js';
import { type MovedRows, moveRows } from '../database-migration/move-rows.js';
import { openPlace, openSourcePlace } from '../database-migration/photo-place.js';
import { PostgresSide } from '../database-migration/postgres-side.js';
import { SqliteSide } from '../database-migration/sqlite-side.js';

export const move = defineCommand({
  about:
    'Moves everything from SQLite in DATA_DIR into PostgreSQL at DATABASE_URL, or back, or only photos, while no server runs. Killed, it goes on where it was when it is run again. See docs/moving.md.',
  operands: ['<sqlite-to-postgres|postgres-to-sqlite|photos>'],
  options: {
    photosFrom: { type: 'string', value: 'PLACE', help: 'where the photos are: s3, or a folder' },
    photosTo: { type: 'string', value: 'PLACE', help: 'where they shall be; without it they stay where they are' },
    decrypt: { type: 'boolean', help: 'yes, what DATA_KEY encrypts shall lie in PostgreSQL as it is' },
  },
  notes: 'A PLACE that is s3 is the bucket of S3_ENDPOINT; a folder of photos is usually photos in a DATA_DIR.',
  async run(values, [direction]) {
    const { photosFrom: from, photosTo: to } = values;
    if ((from === undefined) !== (to === undefined)) throw new UsageError('--photos-from and --photos-to go together.');
    if (direction === 'photos') {
      if (!from || !to) throw new UsageError('--photos-from and --photos-to say where the photos are and shall be.');
      const config = readConfig(process.env);
      const unlock = lockDataFolder(config.DATA_DIR);
      try {
        report(await moveAllPhotos(config, from, to, {}));
      } finally {
        unlock();
      }
    } else if (direction === 'sqlite-to-postgres' || direction === 'postgres-to-sqlite') {
      await moveAll(direction, { from, to, mayDecrypt: values.decrypt });
    } else throw new UsageError(`There is no move "${direction}".`);
  },
});

interface PhotoKeys {
  sourceKey?: DataKey | undefined;
  targetKey?: DataKey | undefined;
}

async function moveAll(
  direction: 'sqlite-to-postgres' | 'postgres-to-sqlite',
  { from, to, mayDecrypt }: { from: string | undefined; to: string | undefined; mayDecrypt: boolean },
): Promise<void> {
  // Each of two servers has a part of these variables, and none has all of them.
  const config = readConfig({ ...process.env, DATABASE_URL: '' });
  const url = readConfig({ ...process.env, DATA_KEY: '', DATA_KEY_FILE: '' }).DATABASE_URL;
  if (url === undefined) throw new ConfigError(['DATABASE_URL: must say which PostgreSQL']);
  const dataKey = dataKeyOf(config);
  const toPostgres = direction === 'sqlite-to-postgres';
  if (dataKey && toPostgres && !mayDecrypt) {
    throw new ConfigError(['DATA_KEY: PostgreSQL cannot be encrypted with it; to move all the same, add --decrypt']);
  }
  if (dataKey && from === undefined) {
    throw new ConfigError([
      'DATA_KEY: photos are encrypted on one side only, so they cannot stay where they are; add --photos-from and --photos-to',
    ]);
  }

  const sqlite = toPostgres
    ? SqliteSide.openSource(config.DATA_DIR, dataKey)
    : SqliteSide.openTarget(config.DATA_DIR, dataKey);
  try {
    const postgres = await PostgresSide.open(url, toPostgres ? 'target' : 'source');
    try {
      // First the photos: a row that names one must not come before it.
      const keys = { [toPostgres ? 'sourceKey' : 'targetKey']: dataKey };
      const photos = from !== undefined && to !== undefined ? await moveAllPhotos(config, from, to, keys) : undefined;
      const rows = toPostgres ? await moveAllRows(sqlite, postgres) : await moveAllRows(postgres, sqlite);
      report(photos, rows);
    } finally {
      await postgres.close();
    }
  } finally {
    await sqlite.close();
  }
}

async function moveAllPhotos(config: Config, from: string, to: string, keys: PhotoKeys): Promise<MovedPhotos> {
  const source = openSourcePlace(from, config, keys.sourceKey);
  const target = await openPlace(to, config, keys.targetKey);
  if (source.name === target.name) throw new UsageError('--photos-from and --photos-to are the same place.');
  let total = 0;
  for await (const _ of source.photos.keys()) total++;
  const progress = showProgress('photos', total);
  try {
    return await movePhotos(source.photos, target.photos, (done) => progress.update(done, 0));
  } finally {
    progress.stop();
  }
}

async function moveAllRows(...[source, target]: Parameters<typeof moveRows>): Promise<MovedRows> {
  let progress: ReturnType<typeof showProgress> | undefined;
  try {
    return await moveRows(source, target, {
      onProgress(done, total) {
        progress ??= showProgress('rows copied and compared', total);
        progress.update(done, 0);
      },
      onFinishing() {
        progress?.stop();
        console.error(`Finishing ${target.name}; an index over many faces takes its time.`);
      },
    });
  } finally {
    progress?.stop();
  }
}

function report(photos: MovedPhotos | undefined, rows?: MovedRows): void {
  for (const { table, rows: count, checksums } of rows?.comparisons ?? []) {
    console.log(`${table}: ${count.target} rows, on both sides SHA-256 ${checksums.target}`);
  }
  if (photos) console.log(`photos: ${photos.photos}, ${photos.known} of them were there already`);
  else console.log('photos: where they were');
  if (rows?.wasDone) console.log('All of it was there already.');
}
