import {
  bucketName,
  choice,
  dataKey,
  dataKeyFile,
  httpOrigin,
  integer,
  postgresUrl,
  secret,
  secretFile,
  text,
} from '../parsers.js';
import type { Variable } from '../variable.js';

/** Where people and photos are kept, for how long, and whether encrypted. */
export const storageSettings = {
  DATA_DIR: {
    description: 'Folder that holds the database and the photos; made when missing.',
    default: './data',
    schema: text(),
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
  RETENTION_DAYS: {
    description:
      'Days after which users that `search` enrolled by `create` are erased with their photos, unless `create` has named them since. 0 is off.',
    default: '0',
    schema: integer(0, 36_500),
  },
  UNDO_MINUTES: {
    description:
      'How long users whom the console or the admin API deletes can be brought back. Nothing else shows them meanwhile; then they are erased. What the other endpoints delete is erased at once. 0 is off. See docs/security.md.',
    default: '10',
    schema: integer(0, 10),
  },
  KEEP_PHOTOS: {
    description:
      'What is kept of each photo that a face is added from: `photo`, `crop` (the face with a margin), or `off`: nothing. Erased with the face. Photos of people whom `search` enrols by `create` are kept whatever this is, as crops with `crop`. See docs/photos.md.',
    default: 'off',
    schema: choice('off', 'crop', 'photo'),
  },
  BACKUP_DIR: {
    description:
      'Folder for the backups that the console and the admin API make and list; made with the first one. Each server has its own. Best on another disk. See docs/backup.md.',
    defaultShown: 'the folder `backups` in `DATA_DIR`',
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
} as const satisfies Record<string, Variable>;
