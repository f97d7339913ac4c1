import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { buildApp } from './app.js';
import { type Config, dataKeyOf } from './config.js';
import { EMBEDDING_LENGTH } from './embedding.js';
import { galleryVersion, type Rooms } from './facesearch/rooms.js';
import { CollectionGallery, type GalleryParts } from './gallery/collection-gallery.js';
import { identityOf } from './gallery/model-identity.js';
import { scaleOf } from './gallery/similarity.js';
import type { ModelPack } from './models/manifest.js';
import { loadPack } from './models/pack.js';
import { defaultManifestPath } from './models/paths.js';
import { KeyRing } from './store/api-keys.js';
import { DATABASE, INDEX_CACHE, PHOTOS } from './store/data-folder.js';
import { lockDataFolder } from './store/data-folder-lock.js';
import { FolderObjectStore } from './store/folder-object-store.js';
import { SealedObjectStore } from './store/sealed-object-store.js';
import { SqliteStore } from './store/sqlite-store.js';
import { IndexWorkers } from './vector-index/index-workers.js';
import { VisionPool } from './vision/vision-pool.js';

/** The app with everything below it. */
export interface Server {
  app: FastifyInstance;
  /** The key that was made because there was none: to be shown now, since only its hash is kept. */
  firstKey: string | undefined;
  /** Settles when the models are loaded and the gallery is open; calls answer 503 before. */
  started: Promise<void>;
  /** Finishes the requests that are running, then closes what is below. */
  close(): Promise<void>;
}

/**
 * Opens the data folder and begins to load models and faces, without waiting for them and without listening.
 * @param workerUrl the compiled vision worker, where this file itself is not compiled; that of the index lies beside it
 * @throws Error with a message for the operator, when the data folder cannot be used
 */
export async function openServer(config: Config, logger: Logger, workerUrl?: URL): Promise<Server> {
  const unlock = lockDataFolder(config.DATA_DIR);
  const dataKey = dataKeyOf(config);
  // First the store, which refuses a wrong data key before anything is changed.
  const store = await SqliteStore.open(join(config.DATA_DIR, DATABASE), {
    dataKey,
    onErasureDelayed: (err) =>
      logger.error({ err }, 'erased data stays in the write-ahead log; tried again every second'),
  });
  const photos = await FolderObjectStore.open(join(config.DATA_DIR, PHOTOS));
  const objects = dataKey ? new SealedObjectStore(photos, dataKey) : photos;
  const keys = new KeyRing(store, config.API_KEYS);
  const firstKey = await keys.ensureFirstKey();

  const indexes = new IndexWorkers({
    dimensions: EMBEDDING_LENGTH,
    folder: join(config.DATA_DIR, INDEX_CACHE),
    keepSnapshots: dataKey === undefined,
    // Both workers are compiled together.
    ...(workerUrl && { workerUrl: new URL('../vector-index/index-worker.js', workerUrl) }),
    onTrouble: (trouble, collectionId) => logger.error({ collectionId }, trouble),
  });

  let rooms: Rooms | undefined;
  const app = await buildApp({ config, keys, rooms: () => rooms, checkReady: () => store.ping(), logger });
  const started = startRooms(config, { store, objects, indexes, logger }, workerUrl).then((opened) => {
    rooms = opened;
  });
  // Whoever awaits it hears of a failure; until then it must not count as unhandled.
  started.catch(() => undefined);

  return {
    app,
    firstKey,
    started,
    async close() {
      await app.close();
      await started.catch(() => undefined);
      await rooms?.analyser.close();
      await rooms?.gallery.close();
      await indexes.close();
      await store.close();
      unlock();
    },
  };
}

async function startRooms(
  config: Config,
  parts: Pick<GalleryParts, 'store' | 'objects' | 'indexes' | 'logger'>,
  workerUrl: URL | undefined,
): Promise<Rooms> {
  const pack = await loadPack(config.MODEL_MANIFEST ?? defaultManifestPath, config.MODEL_PACK);
  const { model } = pack.embedders[galleryVersion];
  const scale = scaleOf(config.SIMILARITY, model.calibration);
  const gallery = new CollectionGallery({ ...parts, model: identityOf(model), scale });
  const starting = startVision(pack, config, workerUrl);
  try {
    await gallery.open();
  } catch (error) {
    await starting.then(
      (analyser) => analyser.close(),
      () => undefined,
    );
    throw error;
  }
  return { gallery, analyser: await starting };
}

function startVision(pack: ModelPack, config: Config, workerUrl: URL | undefined): Promise<VisionPool> {
  return VisionPool.start(pack, {
    minResolution: config.MIN_RESOLUTION,
    maxPixels: config.MAX_PIXELS,
    minFaceWidth: config.MIN_FACE_WIDTH,
    minFaceArea: config.MIN_FACE_AREA,
    workers: config.WORKERS,
    maxQueue: config.MAX_QUEUE,
    ...(workerUrl && { workerUrl }),
  });
}
