import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Config } from '../src/config.js';
import { galleryVersion } from '../src/facesearch/rooms.js';
import { identityOf } from '../src/gallery/model-identity.js';
import { choosePack } from '../src/models/choose-pack.js';
import { readManifest } from '../src/models/manifest.js';
import { defaultManifestPath } from '../src/models/paths.js';
import { DATABASE } from '../src/store/data-folder.js';
import type { CollectionRef } from '../src/store/store.js';
import { TransferError } from '../src/transfer/transfer-error.js';
import { readFolderConfig } from './folder-config.js';

export interface TransferOptions {
  collection: CollectionRef;
  file: string | undefined;
  config: Config;
  database: string;
  /** Identity of the embedder whose faces the server compares. */
  model: string;
}

/** @throws TransferError, ConfigError, ModelError */
export async function readTransferOptions(usage: string): Promise<TransferOptions> {
  const { tenant, collection, file } = commandLine(usage);
  const config = readFolderConfig();
  const manifest = config.MODEL_MANIFEST ? resolve(config.MODEL_MANIFEST) : defaultManifestPath;
  const pack = choosePack(await readManifest(manifest), config.MODEL_PACK, manifest);
  return {
    collection: { tenant, collection },
    file,
    config,
    database: join(config.DATA_DIR, DATABASE),
    model: identityOf(pack.embedders[galleryVersion].model),
  };
}

function commandLine(usage: string): { tenant: string; collection: string; file: string | undefined } {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { tenant: { type: 'string' }, collection: { type: 'string', default: '' } },
    });
    if (values.tenant && positionals.length < 2) {
      return { tenant: values.tenant, collection: values.collection, file: positionals[0] };
    }
  } catch {}
  throw new TransferError(usage);
}
