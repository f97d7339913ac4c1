import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig, s3Of } from '../../src/config/config.js';
import { settingGroups, variables } from '../../src/config/schema.js';
import type { Variable } from '../../src/config/variable.js';
import { hashKey } from '../../src/persistence/keys/api-keys.js';
import { temporaryFolder } from '../persistence/temporary-folder.js';

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('configuration', () => {
  it('has each setting in one group', () => {
    const grouped = settingGroups.flatMap((group) => Object.keys(group.variables));
    expect([...new Set(grouped)]).toEqual(grouped);
    expect(grouped.sort()).toEqual(Object.keys(variables).sort());
  });

  it('the configuration has a default for everything that a first start needs', () => {
    const config = readConfig({});
    expect(config).toMatchObject({
      HOST: '0.0.0.0',
      PORT: 8080,
      DATA_DIR: './data',
      API_KEYS: [],
      HTTP_STATUS: 'business',
      SIMILARITY: 'calibrated',
      MIN_RESOLUTION: { width: 640, height: 480 },
      MIN_FACE_AREA: 0,
      MIN_FACE_WIDTH: 80,
      MAX_PIXELS: 50_000_000,
      MAX_QUEUE: 64,
      LOG_LEVEL: 'info',
      BODY_LIMIT: 16_777_216,
    });
    expect(config.WORKERS).toBeGreaterThan(0);
    expect(config.CORS_ORIGIN).toBeUndefined();
  });

  it('an empty variable counts as unset', () => {
    expect(readConfig({ PORT: '', CORS_ORIGIN: '', HTTP_STATUS: '' })).toEqual(readConfig({}));
  });

  it('the configuration reads the given values', () => {
    const config = readConfig({
      PORT: '0',
      API_KEYS: 'acme:k1, k2',
      MIN_RESOLUTION: '320x240',
      MIN_FACE_AREA: '.25',
      CORS_ORIGIN: 'https://a.example, http://localhost:5173',
    });
    expect(config).toMatchObject({
      PORT: 0,
      API_KEYS: [{ tenant: 'acme', sha256: hashKey('k1') }, { sha256: hashKey('k2') }],
      MIN_RESOLUTION: { width: 320, height: 240 },
      MIN_FACE_AREA: 0.25,
      CORS_ORIGIN: ['https://a.example', 'http://localhost:5173'],
    });
  });

  it('the configuration reads short forms', () => {
    expect(readConfig({ MIN_RESOLUTION: '0' }).MIN_RESOLUTION).toBeNull();
    expect(readConfig({ CORS_ORIGIN: '*' }).CORS_ORIGIN).toBe('*');
  });

  it('the error names every wrong variable at once', () => {
    const wrong = {
      PORT: '70000',
      HTTP_STATUS: 'proxy',
      MIN_RESOLUTION: '640',
      MIN_FACE_AREA: '1.5',
      WORKERS: 'many',
      CORS_ORIGIN: 'https://a.example/path',
    };
    expect(problemsOf(wrong).map((problem) => problem.split(':')[0])).toEqual([
      'PORT',
      'CORS_ORIGIN',
      'HTTP_STATUS',
      'MIN_RESOLUTION',
      'MIN_FACE_AREA',
      'WORKERS',
    ]);
  });

  it.each([':s3cret', 'a:', 'a:s3cret,b:s3cret'])('API_KEYS refuses the keys %s', (keys) => {
    const [problem] = problemsOf({ API_KEYS: keys });
    expect(problem).toMatch(/^API_KEYS: item \d/);
    expect(problem).not.toContain('s3cr');
  });

  it('the configuration takes PostgreSQL by its URL, and not together with a data key', () => {
    const url = 'postgresql://user:p%40ss@db.example/faces?sslmode=require';
    expect(readConfig({ DATABASE_URL: url }).DATABASE_URL).toBe(url);
    const several = 'postgres://user@one:5432,two:5433/faces';
    expect(readConfig({ DATABASE_URL: several }).DATABASE_URL).toBe(several);
    for (const wrong of ['mysql://db/faces', 'postgres://db', 'postgres:///faces', 'db'])
      expect(problemsOf({ DATABASE_URL: wrong })).toEqual([expect.stringMatching(/^DATABASE_URL: must look like/)]);
    expect(problemsOf({ DATABASE_URL: url, DATA_KEY: 'ab'.repeat(32) })).toEqual([
      'DATABASE_URL and DATA_KEY: what lies in PostgreSQL cannot be encrypted with a data key yet',
    ]);
  });

  it('the configuration needs all settings of a bucket together, and reads secrets from files', async () => {
    const secret = join(await temporaryFolder(), 'secret');
    writeFileSync(secret, 's3cret\n');
    const env = {
      S3_ENDPOINT: 'http://minio:9000/',
      S3_BUCKET: 'photos',
      S3_ACCESS_KEY: 'me',
      S3_SECRET_KEY_FILE: secret,
    };
    expect(s3Of(readConfig(env))).toEqual({
      endpoint: 'http://minio:9000',
      bucket: 'photos',
      region: 'us-east-1',
      accessKey: 'me',
      secretKey: 's3cret',
      timeout: 5000,
    });
    expect(s3Of(readConfig({}))).toBeUndefined();
    const all = 'S3_ENDPOINT, S3_BUCKET, S3_ACCESS_KEY and S3_SECRET_KEY: set all or none of them';
    for (const name of Object.keys(env)) expect(problemsOf({ ...env, [name]: '' })).toEqual([all]);
    expect(problemsOf({ ...env, S3_SECRET_KEY: 's3cret' })).toEqual([
      'S3_SECRET_KEY and S3_SECRET_KEY_FILE: set only one of them',
    ]);
    for (const wrong of ['minio:9000', 'ftp://minio', 'http://minio/bucket', 'http://me:s3cret@minio'])
      expect(problemsOf({ ...env, S3_ENDPOINT: wrong })).toEqual([
        expect.stringMatching(/^S3_ENDPOINT: must look like/),
      ]);
    expect(problemsOf({ ...env, S3_BUCKET: 'a/b' })).toEqual([expect.stringMatching(/^S3_BUCKET: must be/)]);
  });

  it('the error repeats no given value', () => {
    const env = Object.fromEntries(Object.keys(variables).map((name) => [name, '  £ecret:a b:c£']));
    expect(problemsOf(env).join()).not.toContain('ecret');
  });

  it('the configuration describes every variable', () => {
    for (const variable of Object.values<Variable>(variables)) expect(variable.description).toMatch(/^\S.*[.]$/);
  });
});
