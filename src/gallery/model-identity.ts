import type { EmbedderModel } from '../models/manifest.js';

/** Faces carry the very weights that made them: other weights under the same name make other vectors. */
export function identityOf(model: Pick<EmbedderModel, 'sha256' | 'identity'> & { name: string }): string {
  return model.identity ?? `${model.name}@${model.sha256.slice(0, 12)}`;
}
