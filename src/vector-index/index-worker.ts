import { parentPort, workerData } from 'node:worker_threads';
import { DataKey } from '../persistence/encryption/data-key.js';
import { GraphScan } from './graph/graph-scan.js';
import type { IndexSettings, Reply, Request } from './protocol.js';
import { Arenas } from './scan/arenas.js';
import { KeptScan } from './scan/kept-scan.js';
import { SieveHelpers } from './scan/sieve-helpers.js';
import type { ThreadIndex } from './thread-index.js';

/** How often it is looked whether something is to be kept. */
const LOOK_EVERY_MS = 10_000;

const settings = workerData as IndexSettings;
const indexes = new Map<number, ThreadIndex>();
const dataKey = settings.dataKey && new DataKey(settings.dataKey);
const post = (reply: Reply, transfer: ArrayBuffer[] = []) => parentPort?.postMessage(reply, transfer);
const helpers = new SieveHelpers({
  count: settings.helpers ?? 0,
  onTrouble: (trouble) => post({ trouble }),
});
const arenas = new Arenas(settings.maxPages, helpers);

async function answer({ collectionId, call }: Request): Promise<unknown> {
  if (call.op === 'close') return close();
  if (call.op === 'open') {
    const opened = create(collectionId, call.identity);
    indexes.set(collectionId, opened);
    return opened.open();
  }
  const index = indexes.get(collectionId);
  if (!index) throw new Error('No index of this collection is open');
  switch (call.op) {
    case 'add':
      return index.add(call.faces);
    case 'remove':
      return index.remove(call.faceIds);
    case 'search':
      return index.search(call.probe, call.k);
    case 'holds':
      return index.holds(call.faces);
    case 'settled':
      await index.settled();
      return index.state;
    case 'save':
      return index.save();
    case 'drop':
      indexes.delete(collectionId);
      return index.drop();
  }
}

function create(collectionId: number, identity: string): ThreadIndex {
  const report = (trouble: string) => post({ trouble, collectionId });
  const { folder, kind, keptFrom, sieveFrom, graphFrom } = settings;
  const options = {
    cache: { folder, collectionId, identity, dataKey },
    report,
    ...(keptFrom !== undefined && { keptFrom }),
    ...(sieveFrom !== undefined && { sieveFrom }),
    ...(graphFrom !== undefined && { graphFrom }),
  };
  return kind === 'hnsw' ? new GraphScan(arenas, options) : new KeptScan(arenas, options);
}

async function close(): Promise<void> {
  clearInterval(looking);
  for (const kept of indexes.values()) await kept.close();
  indexes.clear();
  helpers.close();
}

let isLooking = false;
const looking = setInterval(async () => {
  if (isLooking) return;
  isLooking = true;
  for (const kept of indexes.values()) await kept.saveIfDue();
  isLooking = false;
}, LOOK_EVERY_MS);

parentPort?.on('message', async (request: Request) => {
  const { id, collectionId, call } = request;
  try {
    const value = await answer(request);
    post({ id, value, size: indexes.get(collectionId)?.size ?? 0 });
  } catch (error) {
    post({ id, error: { isRange: error instanceof RangeError, message: (error as Error).message } });
  }
  if (call.op === 'close') parentPort?.close();
});
