import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { openLogins } from './accounts/logins.js';
import { buildApp } from './app.js';
import { backupFolderOf, type Config, mqttOf, s3Of, sessionRulesOf } from './config/config.js';
import { networkList } from './events/addresses.js';
import { type RunningDelivery, startDelivery } from './events/delivery.js';
import { TenantWebhooks } from './events/tenant-webhooks.js';
import { Attendance } from './gallery/attendance.js';
import type { Gallery } from './gallery/gallery.js';
import { identityOf } from './gallery/model-identity.js';
import { OtherModels } from './gallery/other-models.js';
import { FollowedScale } from './gallery/own-scale/followed-scale.js';
import { OwnScales } from './gallery/own-scale/own-scales.js';
import { shippedCentres } from './gallery/scoring/shipped-centres.js';
import { rawCosine } from './gallery/scoring/similarity.js';
import { RetentionSweep } from './gallery/sweeps/retention-sweep.js';
import { StoredUserDirectory } from './gallery/user-directory.js';
import { CertificateFiles } from './http/plugins/tls.js';
import { galleryVersion, type Services } from './http/services.js';
import type { ModelPack } from './models/manifest.js';
import { loadPack } from './models/pack.js';
import { keyEntry } from './observability/audit/audit-entry.js';
import { AuditLog } from './observability/audit/audit-log.js';
import { type GaugeSource, Metrics } from './observability/metrics/metrics.js';
import type { AttendanceStore } from './persistence/attendance.js';
import { Backups } from './persistence/backup/backups.js';
import { KeyRing } from './persistence/keys/api-keys.js';
import type { CollectionRef, PeopleStore } from './persistence/people/people-store.js';
import type { WebhookStore } from './persistence/webhooks/webhook-store.js';
import { OperatorError } from './util/operator-error.js';
import { defaultManifestPath } from './util/paths.js';
import type { FaceAnalyser } from './vision/face-analyser.js';
import { ServiceCheckedAnalyser } from './vision/liveness-service.js';
import { VisionPool } from './vision/vision-pool.js';
import { openDatabaseStorage } from './wiring/database-storage.js';
import { openFolderStorage } from './wiring/folder-storage.js';
import type { Storage } from './wiring/storage.js';

/** The app with everything below it. */
export interface Server {
  app: FastifyInstance;
  /**
   * The key that was made because there was none: to be shown when it is there, since only its hash is kept. Settles when
   * the storage can be used.
   */
  firstKey: Promise<string | undefined>;
  /** What the server counts; undefined where METRICS_PORT is not set. */
  metrics: Metrics | undefined;
  /** Settles when the models are loaded and the gallery is open; calls answer 503 before. */
  started: Promise<void>;
  /** Finishes the requests that are running, then closes what is below. */
  close(): Promise<void>;
}

/**
 * Opens the storage and begins to load models and faces, without waiting for them and without listening.
 * @param workerUrl the compiled vision worker, where this file itself is not compiled; the other threads lie beside it
 * @throws Error with a message for the operator, when the data folder cannot be used
 */
export async function openServer(config: Config, logger: Logger, workerUrl?: URL): Promise<Server> {
  const audit =
    config.AUDIT_LOG === undefined
      ? undefined
      : await AuditLog.open(config.AUDIT_LOG, { size: config.AUDIT_LOG_SIZE, keep: config.AUDIT_LOG_KEEP, logger });
  const { TLS_CERT: cert, TLS_KEY: key } = config;
  const certificate = cert === undefined || key === undefined ? undefined : new CertificateFiles({ cert, key }, logger);
  const storage = await openStorage(config, logger, workerUrl);
  const { store } = storage;
  const keys = new KeyRing(store, config.API_KEYS);
  // The workers are compiled together.
  const hasher = workerUrl && new URL('../accounts/password-worker.js', workerUrl);
  const logins = openLogins(store, keys, sessionRulesOf(config), hasher);
  let services: Services | undefined;
  const metrics =
    config.METRICS_PORT === undefined ? undefined : new Metrics(() => services && gaugesOf(services, store.webhooks));
  const app = await buildApp({
    config,
    keys,
    logins,
    services: () => services,
    checkReady: () => store.ping(),
    audit,
    logger,
    certificate: certificate?.pair,
    metrics,
  });
  certificate?.follow(app.server);
  const firstKey = storage.prepared.then(() => makeFirstKey(keys, audit));
  let retention: RetentionSweep | undefined;
  let attendance: Attendance | undefined;
  let delivery: RunningDelivery | undefined;
  const backups = openBackups(config, logger, workerUrl);
  const started = firstKey.then(async () => {
    const opened = await startServices(config, storage, logger, workerUrl);
    const permitted = networkList(config.WEBHOOK_PRIVATE_NETWORKS);
    delivery = await startDelivery({
      store: store.webhooks,
      permitted,
      mqtt: mqttOf(config),
      logger,
      onOutcome: (outcome) => metrics?.countDelivery(outcome),
    });
    attendance = openAttendance(store.attendance, config, logger);
    services = {
      ...opened,
      attendance,
      backups,
      webhooks: new TenantWebhooks(store.webhooks, permitted, delivery.wake),
    };
    retention = startRetention(store, opened.gallery, config.RETENTION_DAYS, audit, logger);
  });
  // A failure reaches the code that awaits them; until then it must not count as unhandled.
  firstKey.catch(() => undefined);
  started.catch(() => undefined);

  return {
    app,
    firstKey,
    metrics,
    started,
    async close() {
      certificate?.close();
      await app.close();
      await logins.close();
      storage.stopWaiting();
      await started.catch(() => undefined);
      await backups?.close();
      await delivery?.close();
      await retention?.close();
      await attendance?.close();
      await services?.analyser.close();
      await services?.ownScales?.close();
      await services?.scale?.close();
      await services?.gallery.close();
      await storage.close();
      await audit?.close();
    },
  };
}

function gaugesOf({ gallery, analyser }: Services, webhooks: WebhookStore): GaugeSource {
  const { queued, workers } = analyser;
  return { queued, workers, size: () => gallery.size(), backlog: () => webhooks.backlog() };
}

function openStorage(config: Config, logger: Logger, workerUrl: URL | undefined): Promise<Storage> {
  if (config.DATABASE_URL !== undefined) return openDatabaseStorage(config.DATABASE_URL, config, logger);
  if (!workerUrl) return openFolderStorage(config, logger);
  // All of them are compiled together.
  return openFolderStorage(config, logger, {
    index: new URL('../vector-index/index-worker.js', workerUrl),
    store: new URL('../persistence/people/sqlite/threads/store-thread.js', workerUrl),
  });
}

async function makeFirstKey(keys: KeyRing, audit: AuditLog | undefined): Promise<string | undefined> {
  const key = await keys.ensureFirstKey();
  const caller = key === undefined ? undefined : await keys.callerOf(key);
  if (caller) await audit?.append(keyEntry('create key', caller));
  return key;
}

async function startServices(
  config: Config,
  storage: Storage,
  logger: Logger,
  workerUrl: URL | undefined,
): Promise<Omit<Services, 'webhooks' | 'attendance' | 'backups'>> {
  const pack = await loadPack(config.MODEL_MANIFEST ?? defaultManifestPath, config.MODEL_PACK);
  const { model } = pack.embedders[galleryVersion];
  const centres = await shippedCentres(model.calibration);
  const identity = identityOf(model);
  const { calibration } = model;
  const { scales } = storage.store;
  const scale =
    config.SIMILARITY === 'cosine'
      ? undefined
      : new FollowedScale({ scales, model: identity, calibration, centres, logger });
  await scale?.open();
  const starting = startVision(pack, config, logger, workerUrl);
  // Awaited when the gallery is open; a failure before must not count as unhandled.
  starting.catch(() => undefined);
  try {
    if (calibration.crowding !== undefined) {
      logger.warn(
        { model: identity },
        'the scale of the model was made by an older version, with a correction that is gone; make it anew with facesearch calibrate',
      );
    }
    const otherModels = new OtherModels(storage.store, identity);
    await otherModels.warn(logger);
    const gallery = await storage.openGallery(identity, scale?.scale ?? rawCosine);
    const directory = new StoredUserDirectory(storage.store, storage.objects);
    const { store } = storage;
    const ownScales =
      scale &&
      new OwnScales({
        store,
        scales,
        followed: scale,
        model: identity,
        calibration,
        centres,
        logger,
        workerUrl: workerUrl && new URL('../gallery/own-scale/calibration-worker.js', workerUrl),
      });
    return { gallery, directory, analyser: await starting, model: identity, scale, ownScales, otherModels };
  } catch (error) {
    await scale?.close();
    await starting.then(
      (analyser) => analyser.close(),
      () => undefined,
    );
    throw error;
  }
}

async function startVision(
  pack: ModelPack,
  config: Config,
  logger: Logger,
  workerUrl: URL | undefined,
): Promise<FaceAnalyser> {
  const { LIVENESS: liveness, LIVENESS_THRESHOLD: threshold, LIVENESS_TIMEOUT: timeout } = config;
  const url = liveness === 'off' ? undefined : (config.LIVENESS_URL ?? config.LIVENESS_URL_FILE);
  const model = pack.gates.livenessGate;
  if (liveness !== 'off' && url === undefined && !model)
    throw new OperatorError(`LIVENESS: the model pack "${pack.name}" has no network for it`);
  const livenessGate = model && { ...model, ...(threshold !== undefined && { threshold }) };
  const pool = await VisionPool.start(
    { ...pack, gates: { ...pack.gates, livenessGate } },
    {
      minResolution: config.MIN_RESOLUTION,
      maxPixels: config.MAX_PIXELS,
      minFaceWidth: config.MIN_FACE_WIDTH,
      minFaceArea: config.MIN_FACE_AREA,
      minQuality: config.MIN_QUALITY,
      workers: config.WORKERS,
      maxQueue: config.MAX_QUEUE,
      timeout: config.ANALYSIS_TIMEOUT,
      // A service takes the place of the network.
      liveness: url === undefined ? liveness : 'off',
      ...(workerUrl && { workerUrl }),
    },
  );
  if (url === undefined) return pool;
  const onFailure = ({ message }: Error) => logger.warn({ fault: message }, 'the liveness service did not answer');
  return new ServiceCheckedAnalyser(pool, liveness, { url, timeout, onError: config.LIVENESS_ON_ERROR, onFailure });
}

function openBackups(config: Config, logger: Logger, workerUrl: URL | undefined): Backups | undefined {
  if (config.DATABASE_URL !== undefined) return undefined;
  return new Backups({
    folder: backupFolderOf(config),
    dataFolder: config.DATA_DIR,
    s3: s3Of(config),
    logger,
    workerUrl: workerUrl && new URL('../persistence/backup/backup-worker.js', workerUrl),
  });
}

function openAttendance(
  store: AttendanceStore,
  { ATTENDANCE_DAYS: days, TZ: timeZone }: Config,
  logger: Logger,
): Attendance | undefined {
  return days === 0 ? undefined : new Attendance({ store, days, timeZone, logger });
}

function startRetention(
  store: PeopleStore,
  gallery: Gallery,
  days: number,
  audit: AuditLog | undefined,
  logger: Logger,
): RetentionSweep | undefined {
  if (days === 0) return undefined;
  const onErased = ({ tenant, collection }: CollectionRef, userId: string) =>
    void audit?.append({ tenant, call: 'retention', collection, userId, code: '200' });
  return new RetentionSweep({ store, gallery, days, onErased, logger });
}
