import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Config, ConfigError, readConfig } from '../config/config.js';
import { DATABASE } from '../persistence/data-folder/data-folder.js';
import { InputError } from '../util/input-error.js';
import { foldersOfServers } from './running-servers.js';

/**
 * The configuration for a command that works on what a server has stored. Without `DATA_DIR` the folder `data` counts, or
 * else that of the server that runs on this machine, and standard error says which one it is. Nothing is ever made.
 * @throws ConfigError; InputError where there is no database
 */
export function readServerConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const config = readConfig(env);
  return config.DATABASE_URL === undefined ? { ...config, DATA_DIR: existingFolder(config.DATA_DIR, env) } : config;
}

/**
 * The same for a command that works on the database in DATA_DIR.
 * @throws ConfigError, also where the server's database is another one
 */
export function readFolderConfig(env: NodeJS.ProcessEnv = process.env): Config {
  refuseOtherDatabase(readConfig(env));
  return readServerConfig(env);
}

/** For a command that makes the database where there is none. @throws ConfigError */
export function readTargetConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const config = readConfig(env);
  refuseOtherDatabase(config);
  return config;
}

function refuseOtherDatabase({ DATABASE_URL }: Config): void {
  if (DATABASE_URL === undefined) return;
  throw new ConfigError(['DATABASE_URL: this command works on the database in DATA_DIR only; see docs/scale.md']);
}

function existingFolder(given: string, { DATA_DIR: named }: NodeJS.ProcessEnv): string {
  const folder = resolve(given);
  if (!isMissing(join(folder, DATABASE))) {
    if (!named) console.error(`Data folder: ${folder}`);
    return given;
  }
  const running = foldersOfServers();
  const [one] = running;
  if (!named && one !== undefined && running.length === 1) {
    console.error(`Data folder: ${one}, which a running server has open.`);
    return one;
  }
  const hint =
    running.length > 0
      ? `Running servers have open: ${running.join(', ')}. Name one in DATA_DIR.`
      : "DATA_DIR names the server's data folder, which its first start makes.";
  throw new InputError(`There is no database in the folder ${folder}. ${hint}`);
}

/** False too where this user may not look: the command then says so itself. */
function isMissing(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}
