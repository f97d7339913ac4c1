import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Config, ConfigError, readConfig, s3Of } from '../../config/config.js';
import { misspeltSettings } from '../../config/misspelt.js';
import { S3ObjectStore } from '../../persistence/photos/s3/s3-object-store.js';
import { checkDataFolder } from './data-folder-check.js';
import { about, type Finding } from './finding.js';
import { checkClock, checkCores, checkMemory, checkNode, checkProcessor } from './machine.js';
import { checkModels, weightsOf } from './models-check.js';
import { checkPorts, checkTls } from './network-check.js';
import { checkOtherModels } from './other-models-check.js';
import { checkPostgres } from './postgres-check.js';
import { checkScale } from './scale-check.js';
import { checkSqlite } from './sqlite-check.js';

/**
 * Looks at everything that a server with this environment needs. A server may run meanwhile. Changes nothing, but for an
 * object that is written to a bucket and deleted.
 */
export async function examine(env: Readonly<Record<string, string | undefined>>): Promise<Finding[]> {
  const machine = [checkNode(), checkProcessor(), ...(await checkClock())];
  let config: Config;
  try {
    config = readConfig(env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { fail } = about('settings');
    const fix = 'Set it right (docs/configuration.md); what depends on the settings was not looked at.';
    return [...error.problems.map((problem) => fail(problem, fix)), ...checkNames(env), ...machine];
  }
  const folder = checkDataFolder(config.DATA_DIR);
  const { findings: database, faces } =
    config.DATABASE_URL === undefined
      ? checkSqlite(config)
      : { findings: await checkPostgres(config, config.DATABASE_URL), faces: undefined };
  return [
    about('settings').ok('every variable is right'),
    ...checkNames(env),
    ...machine,
    checkCores(config),
    checkMemory(config, faces, undefined, await weightsOf(config)),
    ...(await checkModels(config)),
    ...folder.findings,
    ...database,
    ...(await checkOtherModels(config)),
    ...(await checkScale(config)),
    ...(await checkBucket(config)),
    ...(await checkPorts(config, config.DATABASE_URL === undefined ? folder.inUse : undefined)),
    ...checkTls(config),
    ...checkAuditLog(config),
  ];
}

/** Of variables that are no settings, those that look as if they were meant to be. */
function checkNames(env: Parameters<typeof misspeltSettings>[0]): Finding[] {
  const { warn } = about('settings');
  return misspeltSettings(env).map(({ given, meant }) => warn(`${given} is no setting`, `Was ${meant} meant?`));
}

async function checkBucket(config: Config): Promise<Finding[]> {
  const options = s3Of(config);
  if (!options) return [];
  const { ok, fail } = about('photos');
  try {
    await new S3ObjectStore(options).check();
    return [ok(`the bucket "${options.bucket}" can be listed, written and erased from`)];
  } catch (error) {
    return [fail((error as Error).message, 'See docs/photos.md.')];
  }
}

function checkAuditLog({ AUDIT_LOG: file }: Config): Finding[] {
  if (file === undefined) return [];
  const { ok, fail } = about('audit');
  let nearest = resolve(file);
  while (!existsSync(nearest) && dirname(nearest) !== nearest) nearest = dirname(nearest);
  try {
    accessSync(nearest, constants.W_OK);
    return [ok(`${file} can be written`)];
  } catch {
    return [fail(`${file} cannot be written: no call would be answered`, `Give ${nearest} to the server's user.`)];
  }
}
