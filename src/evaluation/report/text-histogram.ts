import type { Scores } from '../metrics/error-rates.js';
import type { ScoreHistogram } from '../metrics/score-histogram.js';

const BIN = 0.1;
/** The bin from 0.9, which also holds a score of exactly 1. */
const LAST = 9;
/** Characters of a bar of 100 %. */
const LENGTH = 30;

/** A histogram of both kinds of scores for a fixed-width font: shares of each kind by steps of 0.1 in cosine. */
export function textHistogram({ genuine, impostor }: Scores): string {
  const low = Math.floor(Math.min(genuine.min, impostor.min) / BIN);
  const high = Math.min(LAST, Math.floor(Math.max(genuine.max, impostor.max) / BIN));
  const lines = [`     cosine   ${'impostor'.padEnd(LENGTH + 8)}  genuine`];
  for (let bin = low; bin <= high; bin++) {
    const [from, to] = [bin * BIN, (bin + 1) * BIN];
    const name = `${from.toFixed(1).padStart(4)} … ${to.toFixed(1).padStart(4)}`;
    const column = (scores: ScoreHistogram) => {
      const share = scores.shareBetween(from, bin === LAST ? 2 : to);
      const bar = '█'.repeat(Math.round(share * LENGTH)) || (share > 0 ? '▏' : '');
      return `${share > 0 ? `${(share * 100).toFixed(2)}%` : ''}`.padStart(7).concat(' ', bar.padEnd(LENGTH));
    };
    lines.push(`${name}  ${column(impostor)}  ${column(genuine)}`.trimEnd());
  }
  return lines.join('\n');
}
