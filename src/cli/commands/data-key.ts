import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ConfigError, dataKeyOf, s3Of } from '../../config/config.js';
import { changeDataKey } from '../../persistence/encryption/change-data-key.js';
import { DataKey } from '../../persistence/encryption/data-key.js';
import { S3ObjectStore } from '../../persistence/photos/s3/s3-object-store.js';
import { showProgress } from '../../util/progress.js';
import { UsageError } from '../../util/usage-error.js';
import { defineCommand } from '../command.js';
import { readFolderConfig } from '../server-config.js';

export const dataKey = defineCommand({
  about: 'Encrypts the data folder DATA_DIR, while no server runs on it. See docs/encryption.md.',
  operands: ['<generate|encrypt|rotate|decrypt>'],
  notes: `  generate   prints a new key
  encrypt    from plain to the key in DATA_KEY (or DATA_KEY_FILE)
  rotate     from the key in OLD_DATA_KEY (or OLD_DATA_KEY_FILE) to the one in DATA_KEY
  decrypt    from the key in DATA_KEY to plain`,
  async run(_values, [command]) {
    if (command === 'generate') {
      console.log(randomBytes(32).toString('hex'));
      return;
    }
    const config = readFolderConfig();
    const key = dataKeyOf(config);
    if (command !== 'encrypt' && command !== 'rotate' && command !== 'decrypt') {
      throw new UsageError(`There is no change "${command}".`);
    }
    if (!key) throw new ConfigError(['DATA_KEY or DATA_KEY_FILE: one of them must be set']);
    const s3 = s3Of(config);
    const from = { encrypt: undefined, rotate: command === 'rotate' ? oldKey() : undefined, decrypt: key }[command];
    const to = command === 'decrypt' ? undefined : key;

    let progress: ReturnType<typeof showProgress> | undefined;
    try {
      const changed = await changeDataKey({
        folder: config.DATA_DIR,
        from,
        to,
        photos: s3 && new S3ObjectStore(s3),
        onProgress(done, total) {
          progress ??= showProgress('rows and photos', total);
          progress.update(done, 0);
        },
      });
      progress?.stop();
      const state = to ? `encrypted with the data key ${to.id}` : 'not encrypted';
      console.log(`The data is ${changed ? 'now' : 'already'} ${state}.`);
    } finally {
      progress?.stop();
    }
  },
});

function oldKey(): DataKey {
  const { OLD_DATA_KEY: text, OLD_DATA_KEY_FILE: file } = process.env;
  if (!text === !file) throw new ConfigError(['OLD_DATA_KEY or OLD_DATA_KEY_FILE: exactly one of them must be set']);
  try {
    return DataKey.parse(text || readFileSync(file as string, 'utf8'));
  } catch (error) {
    throw new ConfigError([`${text ? 'OLD_DATA_KEY' : 'OLD_DATA_KEY_FILE'}: ${(error as Error).message}`]);
  }
}
