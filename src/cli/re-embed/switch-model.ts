import type { Config } from '../../config/config.js';
import { dropIndexCache } from '../../persistence/data-folder/data-folder.js';
import { lockDataFolder } from '../../persistence/data-folder/data-folder-lock.js';
import { PostgresDatabase, SERVER } from '../../persistence/people/postgres/database.js';
import type { StagedEmbeddings } from '../../persistence/people/staged-embeddings.js';
import { OperatorError } from '../../util/operator-error.js';

/** Faces of a transaction: of PostgreSQL, whose graph takes each of them in, within its time limit. */
const FACES_AT_A_TIME = 100;

/** The name of the connections of `re-embed`, which is no server. */
export const RE_EMBED = 'facesearch-re-embed';

/**
 * Makes sure that no server runs on the data, whose faces would vanish under it.
 * @returns lets servers start again
 * @throws StoreError or OperatorError when one runs
 */
export async function keepServersAway(config: Config): Promise<() => void> {
  if (config.DATABASE_URL === undefined) {
    const unlock = lockDataFolder(config.DATA_DIR);
    // Snapshots of an index know faces by their numbers, which stay.
    dropIndexCache(config.DATA_DIR);
    return unlock;
  }
  const database = new PostgresDatabase({
    url: config.DATABASE_URL,
    connections: 1,
    timeout: config.DATABASE_TIMEOUT,
    name: RE_EMBED,
  });
  try {
    const servers = await database.run(
      'SELECT FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database()',
      [SERVER],
    );
    if (servers.length > 0) throw new OperatorError('Servers are connected to the database; stop them first.');
  } finally {
    await database.close();
  }
  return () => undefined;
}

/**
 * Gives all faces with a staged embedding of a model that embedding. A run that is killed is taken up where it was.
 * @returns how many faces
 */
export async function adoptAll(
  staged: StagedEmbeddings,
  model: string,
  onProgress: (done: number) => void,
): Promise<number> {
  let done = 0;
  for (;;) {
    const adopted = await staged.adopt(model, FACES_AT_A_TIME);
    if (adopted === 0) return done;
    done += adopted;
    onProgress(done);
  }
}
