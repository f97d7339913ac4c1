import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { identityOf } from '../../src/gallery/model-identity.js';
import { galleryVersion } from '../../src/http/services.js';
import { readPack } from '../../src/models/choose-pack.js';
import { DATABASE } from '../../src/persistence/data-folder/data-folder.js';
import { defaultManifestPath } from '../../src/util/paths.js';
import { BenchServer } from './bench-server.js';
import { fillDatabase, type StallsData } from './stalls-data.js';

export interface FilledServer {
  server: BenchServer;
  /** Its data. */
  folder: string;
  /** Milliseconds that it took to write the rows. */
  filledMs: number;
}

/** Runs `work` on a server with made-up people in a folder that is gone afterwards. @param settings of the server */
export async function onFilledServer(
  data: Omit<StallsData, 'model'>,
  settings: Record<string, string>,
  work: (filled: FilledServer) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'facesearch-bench-'));
  try {
    const pack = await readPack(defaultManifestPath, process.env.MODEL_PACK || 'default');
    const start = performance.now();
    fillDatabase(join(folder, DATABASE), { ...data, model: identityOf(pack.embedders[galleryVersion].model) });
    const filledMs = performance.now() - start;
    const server = await BenchServer.start(1, folder, settings);
    try {
      await work({ server, folder, filledMs });
    } finally {
      await server.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A backup of the data folder, by the command, as an operator makes one; it is removed. */
export async function backUp(folder: string): Promise<void> {
  const main = fileURLToPath(new URL('../../src/main.js', import.meta.url));
  const file = join(folder, 'bench-backup.tar');
  await promisify(execFile)(process.execPath, [main, 'backup', file], {
    env: { PATH: process.env.PATH, DATA_DIR: folder },
  });
  await rm(file);
}
