import { join, resolve } from 'node:path';
import type { Config } from '../config/config.js';
import { identityOf } from '../gallery/model-identity.js';
import { galleryVersion } from '../http/services.js';
import { readPack } from '../models/choose-pack.js';
import { DATABASE } from '../persistence/data-folder/data-folder.js';
import type { CollectionRef } from '../persistence/people/people-store.js';
import type { Options, Values } from '../util/options.js';
import { defaultManifestPath } from '../util/paths.js';
import { UsageError } from '../util/usage-error.js';
import { readFolderConfig, readTargetConfig } from './server-config.js';

export interface TransferOptions {
  collection: CollectionRef;
  file: string | undefined;
  config: Config;
  database: string;
  /** Identity of the embedder whose faces the server compares. */
  model: string;
}

/** The options that name a collection. */
export const collectionOptions = {
  tenant: { type: 'string', value: 'NAME', help: 'whose collection it is' },
  collection: { type: 'string', value: 'NAME', default: '', help: 'which one; without this, the default one' },
} as const satisfies Options;

/**
 * @param makesDatabase the command makes the database where there is none
 * @throws UsageError, ConfigError, ModelError; InputError where there must be a database and is none
 */
export async function readTransferOptions(
  { tenant, collection }: Values<typeof collectionOptions>,
  file: string | undefined,
  makesDatabase = false,
): Promise<TransferOptions> {
  if (!tenant) throw new UsageError('--tenant is missing.');
  const config = makesDatabase ? readTargetConfig() : readFolderConfig();
  const manifest = config.MODEL_MANIFEST ? resolve(config.MODEL_MANIFEST) : defaultManifestPath;
  const pack = await readPack(manifest, config.MODEL_PACK);
  return {
    collection: { tenant, collection },
    file,
    config,
    database: join(config.DATA_DIR, DATABASE),
    model: identityOf(pack.embedders[galleryVersion].model),
  };
}
