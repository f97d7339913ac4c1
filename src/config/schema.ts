import { availableParallelism } from 'node:os';
import type { z } from 'zod';
import {
  apiKeys,
  bucketName,
  choice,
  corsOrigins,
  dataKey,
  dataKeyFile,
  fraction,
  httpOrigin,
  integer,
  postgresUrl,
  proxies,
  rateLimit,
  resolution,
  secret,
  secretFile,
  text,
} from './parsers.js';

/** One environment variable: what it means, what it is when unset, and how its text becomes a value. */
export interface Variable<T = unknown> {
  /** One line for the table in docs/configuration.md. */
  description: string;
  /** The text used when the variable is unset or empty; without one, the value is then undefined. */
  default?: string;
  /** How the default reads in the table, where its text depends on the machine or says too little. */
  defaultShown?: string;
  /** Takes the variable's text. Messages say what is expected and never repeat what was given. */
  schema: z.ZodType<T>;
}

/** Every setting of the server. This record is the source of the table in docs/configuration.md. */
export const variables = {
  HOST: { description: 'Address to listen on.', default: '0.0.0.0', schema: text() },
  PORT: {
    description: 'Port to listen on. With 0 the server takes any free port and logs it.',
    default: '8080',
    schema: integer(0, 65_535),
  },
  LISTEN: {
    description:
      '`at-once`: the server listens before it can answer, and says so at `/ready`. `when-ready`: it listens once it can answer; for balancers that do not ask `/ready`.',
    default: 'at-once',
    schema: choice('at-once', 'when-ready'),
  },
  TLS_CERT: {
    description:
      'File with the certificate in PEM, followed by those between it and the root. The server then speaks TLS. It uses a renewed certificate without a restart.',
    defaultShown: 'none: plain HTTP',
    schema: text(),
  },
  TLS_KEY: { description: "File with the certificate's private key in PEM.", schema: text() },
  DATA_DIR: {
    description: 'Folder that holds the database and the photos; made when missing.',
    default: './data',
    schema: text(),
  },
  DATABASE_URL: {
    description:
      'PostgreSQL with pgvector, as `postgres://user:password@host:5432/name`, instead of the database in `DATA_DIR`; for several servers. You may name several hosts with commas between them: the server uses the one that takes writes. See docs/scale.md.',
    defaultShown: 'none: a database in `DATA_DIR`',
    schema: postgresUrl(),
  },
  DATABASE_VECTORS: {
    description:
      'How PostgreSQL keeps embeddings: `vector` in 32-bit numbers, or `halfvec` in 16-bit numbers and half of the space. It is chosen when the first server makes the schema. See docs/scale.md.',
    defaultShown: 'as the database has it; `vector` in a new one',
    schema: choice('vector', 'halfvec'),
  },
  DATABASE_POOL: {
    description: 'Most connections to PostgreSQL that one server opens.',
    default: '10',
    schema: integer(1, 1000),
  },
  DATABASE_TIMEOUT: {
    description:
      'Milliseconds that PostgreSQL may take to connect or to run one statement. After that a request answers 503.',
    default: '5000',
    schema: integer(100, 600_000),
  },
  S3_ENDPOINT: {
    description:
      'S3-compatible service that keeps the photos instead of a folder in `DATA_DIR`, such as `http://minio:9000`. See docs/photos.md.',
    defaultShown: 'none: a folder in `DATA_DIR`',
    schema: httpOrigin(),
  },
  S3_BUCKET: {
    description:
      'Bucket for the photos of one server, or of the servers that share a database. It holds nothing else and has no versioning.',
    schema: bucketName(),
  },
  S3_REGION: {
    description: 'Region in the signature of requests to the service.',
    default: 'us-east-1',
    schema: text(),
  },
  S3_ACCESS_KEY: { description: 'Access key of the service.', schema: secret() },
  S3_ACCESS_KEY_FILE: { description: 'File that holds it, instead of `S3_ACCESS_KEY`.', schema: secretFile() },
  S3_SECRET_KEY: { description: 'Secret key of the service.', schema: secret() },
  S3_SECRET_KEY_FILE: { description: 'File that holds it, instead of `S3_SECRET_KEY`.', schema: secretFile() },
  S3_TIMEOUT: {
    description: 'Milliseconds that the service may take for one try of a request. After that a request answers 503.',
    default: '5000',
    schema: integer(100, 600_000),
  },
  DATA_KEY: {
    description:
      'Key that encrypts ids, names, embeddings and photos at rest: 32 bytes, as 64 hex digits or in base64. See docs/encryption.md.',
    defaultShown: 'none: not encrypted',
    schema: dataKey(),
  },
  DATA_KEY_FILE: {
    description: 'File that holds the data key, instead of `DATA_KEY`.',
    schema: dataKeyFile(),
  },
  API_KEYS: {
    description:
      'API keys, as a comma-separated list of `tenant:key` pairs or bare keys (each bare key is a tenant of its own). When no key exists, the first start makes one and prints it once.',
    default: '',
    defaultShown: 'none',
    schema: apiKeys(),
  },
  RETENTION_DAYS: {
    description:
      'Days after which users that `search` enrolled by `create` are erased with their photos, unless `create` has named them since. 0 is off.',
    default: '0',
    schema: integer(0, 36_500),
  },
  KEEP_PHOTOS: {
    description:
      'What is kept of each photo that a face is added from: `photo`, `crop` (the face with a margin), or `off`: nothing. Erased with the face. Photos of people whom `search` enrols by `create` are kept whatever this is, as crops with `crop`. See docs/photos.md.',
    default: 'off',
    schema: choice('off', 'crop', 'photo'),
  },
  RATE_LIMIT: {
    description:
      'Requests that one key may make, such as `100/s`, `600/min` or `5000/h`. Further requests answer 429 with `Retry-After`. 0 is off.',
    default: '0',
    schema: rateLimit(),
  },
  FAILED_KEY_LIMIT: {
    description:
      'Unknown keys that one address may send in a minute. Then its requests answer 429 until the minute is over, except with keys that were valid from this address before. 0 is off.',
    default: '60',
    schema: integer(0, 1_000_000),
  },
  TRUST_PROXY: {
    description:
      'Addresses or networks of proxies whose `X-Forwarded-For` the server trusts, as a comma-separated list; also `loopback`, `linklocal`, `uniquelocal`.',
    schema: proxies(),
  },
  HTTP_STATUS: {
    description:
      '`business`: results such as 404 and 407 have HTTP status 200 and the code in the body. `mirror`: the HTTP status is the code.',
    default: 'business',
    schema: choice('business', 'mirror'),
  },
  SIMILARITY: {
    description:
      '`calibrated`: each 0.05 more means ten times fewer false matches, and 0.85 aims at 1 in 100,000. `cosine`: the raw cosine.',
    default: 'calibrated',
    schema: choice('calibrated', 'cosine'),
  },
  VECTOR_INDEX: {
    description:
      'How the server searches faces in memory. `scan`: it compares all, as sketches. `hnsw`: collections from 2,000 faces on have a graph (docs/vector-index.md).',
    default: 'scan',
    schema: choice('scan', 'hnsw'),
  },
  MIN_RESOLUTION: {
    description:
      'Smallest photo, `WIDTHxHEIGHT` in pixels, in either orientation and with 10 % of tolerance. 0 turns the check off.',
    default: '640x480',
    schema: resolution(),
  },
  MIN_FACE_AREA: {
    description: 'Smallest share of the photo that a face must cover, 0–1. A smaller face does not count. 0 is off.',
    default: '0',
    schema: fraction(),
  },
  MIN_FACE_WIDTH: {
    description:
      'Width in pixels, with 10 % of tolerance, below which a face is not embedded: alone it is no face. From 24 pixels on it counts as a person beside others. 40 takes smaller faces, at the price of more that are not found.',
    default: '80',
    schema: integer(0, 10_000),
  },
  MIN_QUALITY: {
    description:
      'Lowest quality of a face that is taken, 0–100, where validation is on; a worse one answers 406 with `low-quality`. 0 is off. See docs/quality.md.',
    default: '0',
    schema: integer(0, 100),
  },
  ALLOW_COVERED: {
    description:
      '`on`: `add` knows the field `allow_covered`, with which an office adds a face that is wrongly taken for one behind a mask, sunglasses or a hat. The audit log says so in `overruled`.',
    default: 'off',
    schema: choice('off', 'on'),
  },
  MAX_PIXELS: {
    description: 'Largest photo in decoded pixels. The server refuses a larger one before it decodes it.',
    default: '50000000',
    schema: integer(1_000_000, 1_000_000_000),
  },
  WORKERS: {
    description: 'Threads that run the models.',
    default: String(availableParallelism()),
    defaultShown: 'number of cores',
    schema: integer(1, 256),
  },
  MAX_QUEUE: {
    description: 'Photos that may wait for a thread. Further photos get 503 with `Retry-After`.',
    default: '64',
    schema: integer(1, 100_000),
  },
  AUDIT_LOG: {
    description: 'File that gets a line about each request: who, what, whose data, result. See docs/audit.md.',
    defaultShown: 'none: no audit log',
    schema: text(),
  },
  AUDIT_LOG_SIZE: {
    description: 'Bytes after which the audit log becomes `<file>.1`, and a new one begins.',
    default: String(50 * 1024 * 1024),
    defaultShown: '52428800 (50 MiB)',
    schema: integer(1024, 1024 ** 4),
  },
  AUDIT_LOG_KEEP: {
    description: 'How many such files are kept; the oldest is deleted.',
    default: '20',
    schema: integer(1, 1000),
  },
  LOG_LEVEL: {
    description: 'How much is logged.',
    default: 'info',
    schema: choice('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
  },
  METRICS_PORT: {
    description:
      'Separate port for Prometheus, which answers `/metrics` without a key. With 0 the server takes any free port and logs it. See docs/operations.md.',
    defaultShown: 'none: no metrics',
    schema: integer(0, 65_535),
  },
  METRICS_HOST: {
    description: 'Address that `METRICS_PORT` listens on.',
    default: '127.0.0.1',
    schema: text(),
  },
  CORS_ORIGIN: {
    description: 'Web origins whose pages may use the API: `*` or a comma-separated list.',
    schema: corsOrigins(),
  },
  MODEL_PACK: {
    description: "Name of the model pack to use, one of the manifest's `packs`.",
    default: 'default',
    schema: text(),
  },
  MODEL_MANIFEST: {
    description: 'Path of the model manifest.',
    defaultShown: '`models/manifest.json` of this server',
    schema: text(),
  },
  BODY_LIMIT: {
    description: 'Largest request body in bytes. A larger one answers 413.',
    default: String(16 * 1024 * 1024),
    defaultShown: '16777216 (16 MiB)',
    schema: integer(1024, 1024 * 1024 * 1024),
  },
  REQUEST_TIMEOUT: {
    description: 'Milliseconds that a client may take to send a whole request. 0 is no limit.',
    default: '120000',
    schema: integer(0, 86_400_000),
  },
  REQUEST_DEADLINE: {
    description:
      'Milliseconds that a photo may wait for a thread. After that it gets 503 with `Retry-After`. 0 is no limit.',
    default: '60000',
    schema: integer(0, 86_400_000),
  },
  SHUTDOWN_GRACE: {
    description: 'Seconds that running requests get to finish after SIGTERM or SIGINT.',
    default: '10',
    schema: integer(0, 3600),
  },
} as const satisfies Record<string, Variable>;
