import { count, percent } from '../format.js';
import type { DiscardCurve } from '../metrics/error-discard.js';
import type { Block } from './blocks.js';

/** What leaving out the photos of lowest quality does; nothing where no group has enough comparisons. */
export function discardBlocks(curves: readonly DiscardCurve[]): Block[] {
  if (curves.length === 0) return [];
  return [
    { kind: 'heading', text: 'Quality: error versus discard' },
    {
      kind: 'table',
      columns: ['images of', 'left out', 'quality below', 'genuine', 'false non-matches', 'rate', 'of the rate before'],
      rows: curves.flatMap(({ name, points }) =>
        points.map(({ discarded, quality, genuine, falseNonMatches, rate }) => {
          const before = points[0]?.rate ?? Number.NaN;
          return [
            name,
            percent(discarded),
            discarded === 0 ? '–' : String(quality),
            count(genuine),
            count(falseNonMatches),
            percent(rate),
            before > 0 ? (rate / before).toFixed(2) : '–',
          ];
        }),
      ),
    },
    {
      kind: 'text',
      text:
        'The threshold is that of a false match rate of 1e-4 among all photos of the group, and stays. Each person weighs by the root of ' +
        'their comparisons. A quality that orders photos lets the rate fall: the aim is 0.60 of it with a tenth left out.',
    },
  ];
}
