import { parentPort, workerData } from 'node:worker_threads';
import { DataKey } from '../../../encryption/data-key.js';
import type { StoredEmbedding } from '../../embedding-store.js';
import { SqliteStore } from '../sqlite-store.js';
import { GroupCommit } from './group-commit.js';
import type { StorePart } from './lanes.js';
import { decrypted } from './lazy-users.js';
import type { FacesPage, StoreReply, StoreRequest, StoreThreadSettings } from './protocol.js';
import { toWire } from './wire-error.js';

type Method = (...args: unknown[]) => Promise<unknown>;

const settings = workerData as StoreThreadSettings;
const post = (reply: StoreReply, transfer: ArrayBuffer[] = []) => parentPort?.postMessage(reply, transfer);

try {
  serve(await open());
  post({ opened: true });
} catch (error) {
  post({ openError: toWire(error) });
}

async function open(): Promise<SqliteStore> {
  const { file, writes } = settings;
  const dataKey = settings.dataKey && new DataKey(settings.dataKey);
  if (!writes) return SqliteStore.openReadOnly(file, { dataKey });
  const onErasureDelayed = (error: unknown) => post({ erasureDelayed: toWire(error) });
  return SqliteStore.open(file, { dataKey, onErasureDelayed });
}

function serve(store: SqliteStore): void {
  const writes = new GroupCommit(store);
  parentPort?.on('message', async (request: StoreRequest) => {
    const { id } = request;
    if ('close' in request) {
      await writes.finish();
      await store.close();
      parentPort?.close();
      return;
    }
    if ('facesAfter' in request) {
      const { collectionId, model, after } = request.facesAfter;
      const outcome = await Promise.allSettled([store.facesAfter(collectionId, model, after)]);
      answer(id, outcome[0], (faces) => {
        const page = pageOf(faces);
        return [page, [page.faceIds.buffer, page.embeddings.buffer] as ArrayBuffer[]];
      });
      return;
    }
    const { part, method, args } = request;
    const work = () => methodOf(store, part, method)(...args);
    const settle = (outcome: PromiseSettledResult<unknown>) =>
      answer(id, outcome, (value) => [decrypted(method, value), []]);
    if (settings.writes) writes.push({ work, settle });
    else settle((await Promise.allSettled([work()]))[0]);
  });
}

function methodOf(store: SqliteStore, part: StorePart, name: string): Method {
  const owner = (part === 'people' ? store : store[part]) as unknown as Record<string, Method>;
  return (owner[name] as Method).bind(owner);
}

function answer<T>(id: number, outcome: PromiseSettledResult<T>, pack: (value: T) => [unknown, ArrayBuffer[]]): void {
  if (outcome.status === 'rejected') {
    post({ id, error: toWire(outcome.reason) });
    return;
  }
  const [value, transfer] = pack(outcome.value);
  post({ id, value }, transfer);
}

function pageOf(faces: readonly StoredEmbedding[]): FacesPage {
  const length = faces[0]?.embedding.length ?? 0;
  const embeddings = new Float32Array(faces.length * length);
  for (const [i, { embedding }] of faces.entries()) embeddings.set(embedding, i * length);
  return { faceIds: Float64Array.from(faces, ({ faceId }) => faceId), embeddings };
}
