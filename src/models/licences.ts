import { type ChosenPack, modelsOf } from './choose-pack.js';
import { ModelError } from './model-error.js';

/**
 * Weights that not everybody may use for everything are neither fetched nor prepared before the operator says so.
 * @param accepted what ACCEPT_LICENCE holds: names separated by commas
 * @throws ModelError that says what the licence is, and what to set
 */
export function requireAccepted(pack: ChosenPack, accepted = ''): void {
  const names = new Set(accepted.split(',').map((name) => name.trim()));
  for (const { file } of modelsOf(pack)) {
    const source = 'source' in file ? pack.sources[file.source] : undefined;
    if (source?.kind !== 'url' || source.mustAccept === undefined || names.has(source.mustAccept)) continue;
    throw new ModelError(
      [
        `The pack "${pack.name}" has weights with a restricted licence: ${source.licence}.`,
        ...(source.homepage ? [`  ${source.homepage}`] : []),
        `If your use is within it, set ACCEPT_LICENCE=${source.mustAccept} and start again.`,
      ].join('\n'),
    );
  }
}
