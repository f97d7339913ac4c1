import { join, resolve } from 'node:path';
import type { z } from 'zod';
import type { DataKey } from '../persistence/encryption/data-key.js';
import type { S3Options } from '../persistence/photos/s3/s3-bucket.js';
import { OperatorError } from '../util/operator-error.js';
import { variables } from './schema.js';
import type { Variable } from './variable.js';

type Variables = typeof variables;

/** The settings, by the name of their variable. */
export type Config = {
  readonly [Name in keyof Variables]:
    | z.output<Variables[Name]['schema']>
    | (Variables[Name] extends { default: string } ? never : undefined);
};

/** The environment does not make a configuration. The message names every wrong variable and no value. */
export class ConfigError extends OperatorError {
  constructor(readonly problems: readonly string[]) {
    super(`The configuration is wrong:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/**
 * Reads the settings from environment variables. An empty variable counts as unset.
 * @throws ConfigError
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, variable] of Object.entries<Variable>(variables)) {
    const given = env[name] || variable.default;
    if (given === undefined) continue;
    const parsed = variable.schema.safeParse(given);
    if (parsed.success) values[name] = parsed.data;
    else problems.push(`${name}: ${parsed.error.issues[0]?.message ?? 'is not valid'}`);
  }
  for (const name of ['DATA_KEY', 'S3_ACCESS_KEY', 'S3_SECRET_KEY', 'MQTT_URL', 'LIVENESS_URL'])
    if (env[name] && env[`${name}_FILE`]) problems.push(`${name} and ${name}_FILE: set only one of them`);
  if (env.DATABASE_URL && (env.DATA_KEY || env.DATA_KEY_FILE)) {
    problems.push('DATABASE_URL and DATA_KEY: what lies in PostgreSQL cannot be encrypted with a data key yet');
  }
  if (!env.TLS_CERT !== !env.TLS_KEY) problems.push('TLS_CERT and TLS_KEY: set both or none of them');
  const s3 = [
    env.S3_ENDPOINT,
    env.S3_BUCKET,
    env.S3_ACCESS_KEY || env.S3_ACCESS_KEY_FILE,
    env.S3_SECRET_KEY || env.S3_SECRET_KEY_FILE,
  ];
  if (s3.some(Boolean) && !s3.every(Boolean)) {
    problems.push('S3_ENDPOINT, S3_BUCKET, S3_ACCESS_KEY and S3_SECRET_KEY: set all or none of them');
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return values as Config;
}

/** The key that the data is encrypted with; undefined where it is not. */
export function dataKeyOf({ DATA_KEY, DATA_KEY_FILE }: Config): DataKey | undefined {
  return DATA_KEY ?? DATA_KEY_FILE;
}

/** Where the server's own backups lie. */
export function backupFolderOf({ BACKUP_DIR, DATA_DIR }: Config): string {
  return resolve(BACKUP_DIR ?? join(DATA_DIR, 'backups'));
}

/** How long sessions of the console last, and what administrators need. */
export function sessionRulesOf({ SESSION_IDLE_MINUTES, SESSION_HOURS, ADMIN_TOTP }: Config) {
  const most = SESSION_HOURS * 3_600_000;
  return { idle: SESSION_IDLE_MINUTES * 60_000, most, needsTotp: ADMIN_TOTP === 'required' };
}

/** The broker that events are published at; undefined where none is configured. */
export function mqttOf({ MQTT_URL, MQTT_URL_FILE, MQTT_TENANT, MQTT_TOPIC, MQTT_DISCOVERY }: Config) {
  const url = MQTT_URL ?? MQTT_URL_FILE;
  if (url === undefined) return undefined;
  const discovery = MQTT_DISCOVERY === '0' ? undefined : MQTT_DISCOVERY;
  return { url, tenant: MQTT_TENANT, topic: MQTT_TOPIC, discovery };
}

/** Where the photos are; undefined where they lie in the data folder. */
export function s3Of(config: Config): S3Options | undefined {
  const { S3_ENDPOINT: endpoint, S3_BUCKET: bucket, S3_REGION: region, S3_TIMEOUT: timeout } = config;
  const accessKey = config.S3_ACCESS_KEY ?? config.S3_ACCESS_KEY_FILE;
  const secretKey = config.S3_SECRET_KEY ?? config.S3_SECRET_KEY_FILE;
  if (endpoint === undefined || bucket === undefined || accessKey === undefined || secretKey === undefined)
    return undefined;
  return { endpoint, bucket, region, accessKey, secretKey, timeout };
}
