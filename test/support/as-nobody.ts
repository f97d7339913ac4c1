import { chownSync } from 'node:fs';

const NOBODY = 65_534;

/**
 * Does something without the superuser's right to write anywhere: as nobody, when the tests run as root.
 * @param folder given to nobody, so that only its mode decides
 */
export function asNobody<T>(folder: string, work: () => T): T {
  if (process.geteuid?.() !== 0) return work();
  chownSync(folder, NOBODY, NOBODY);
  process.seteuid?.(NOBODY);
  try {
    return work();
  } finally {
    process.seteuid?.(0);
  }
}
