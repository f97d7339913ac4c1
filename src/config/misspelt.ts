import { variables } from './schema.js';

export interface Misspelt {
  /** What the environment has, which is no setting. */
  given: string;
  /** The setting that it resembles. */
  meant: string;
}

/** Variables that commands and compose files know beside the settings. */
const otherNames = new Set(['OLD_DATA_KEY', 'OLD_DATA_KEY_FILE', 'IMAGE', 'PUBLISH', 'PUBLISH_TLS', 'BACKUPS', 'HOME']);

/** Kubernetes gives every container variables named after services, such as FACESEARCH_PORT=tcp://10.0.0.1:8080. */
const OF_KUBERNETES = /^tcp:\/\//;

/** Variables that are no settings, but look as if they were meant to be: `MIN_RESOLUTON`, `CORS_ORIGINS`, `min_resolution`. */
export function misspeltSettings(env: Readonly<Record<string, string | undefined>>): Misspelt[] {
  const settings = Object.keys(variables);
  return Object.entries(env).flatMap(([given, value]) => {
    if (!value || given in variables || otherNames.has(given) || OF_KUBERNETES.test(value)) return [];
    const name = given
      .toUpperCase()
      .replaceAll('-', '_')
      .replace(/^FACESEARCH_/, '');
    const meant = settings.find((setting) => setting === name) ?? settings.find((setting) => resembles(name, setting));
    return meant === undefined ? [] : [{ given, meant }];
  });
}

/** Short names resemble many: of them one letter may be wrong, of longer ones two. */
function resembles(name: string, setting: string): boolean {
  const most = setting.length < 8 ? 1 : 2;
  return Math.abs(name.length - setting.length) <= most && distance(name, setting) <= most;
}

/** How many letters must be added, taken away, changed or swapped with the next (optimal string alignment). */
function distance(from: string, to: string): number {
  let before: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const isSame = from[i - 1] === to[j - 1];
      let least = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (isSame ? 0 : 1));
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1])
        least = Math.min(least, (before[j - 2] ?? 0) + 1);
      row.push(least);
    }
    before = last;
    last = row;
  }
  return last[to.length] ?? 0;
}
