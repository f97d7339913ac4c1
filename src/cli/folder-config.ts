import { type Config, ConfigError, readConfig } from '../config/config.js';

/**
 * The configuration for a command that works on the database in DATA_DIR.
 * @throws ConfigError, also where the server's database is another one
 */
export function readFolderConfig(): Config {
  const config = readConfig(process.env);
  if (config.DATABASE_URL !== undefined) {
    throw new ConfigError(['DATABASE_URL: this command works on the database in DATA_DIR only; see docs/scale.md']);
  }
  return config;
}
