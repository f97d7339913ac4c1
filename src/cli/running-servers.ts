import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DATABASE } from '../persistence/data-folder/data-folder.js';
import { SERVER_LOCK } from '../persistence/data-folder/data-folder-lock.js';

/**
 * Data folders that running servers of this machine have open, as far as this user may see: Linux shows the open files of
 * the user's processes, and a server keeps its lock open. Elsewhere there is none to be seen.
 * @param proc where the system shows its processes
 */
export function foldersOfServers(proc = '/proc'): string[] {
  const folders = new Set<string>();
  for (const pid of namesIn(proc)) {
    if (!/^\d+$/.test(pid) || pid === String(process.pid)) continue;
    const files = join(proc, pid, 'fd');
    for (const number of namesIn(files)) {
      const file = linkOf(join(files, number));
      if (file !== undefined && basename(file) === SERVER_LOCK) folders.add(dirname(file));
    }
  }
  // That of a container has another place here.
  return [...folders].filter((folder) => existsSync(join(folder, DATABASE))).sort();
}

/** None where it cannot be read: the process is another user's, or has just ended. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
