import type { EmbedderModel } from '../models/manifest.js';

/** Faces carry the very weights that made them: other weights under the same name make other vectors. */
export function identityOf({ name, sha256 }: Pick<EmbedderModel, 'sha256'> & { name: string }): string {
  return `${name}@${sha256.slice(0, 12)}`;
}
