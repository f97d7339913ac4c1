/** Width of a bin in cosine: thresholds and percentiles are exact to this. */
export const RESOLUTION = 1e-5;

const BINS_PER_UNIT = 100_000;
/** Bins 0 … LAST_BIN hold the scores from -1 to 1; the edge LAST_BIN + 1 is above them all. */
const LAST_BIN = 2 * BINS_PER_UNIT;

/** Part of a bin by which a score may lie below an edge and still count as on it: rounding, not a difference. */
const SLACK = 1e-3;

/** Number of edges a threshold can be put on. A threshold at edge e accepts the scores of bin e and above. */
export const EDGES = LAST_BIN + 2;

/** Lowest score that a threshold at the edge accepts. */
export function scoreAtEdge(edge: number): number {
  return edge / BINS_PER_UNIT - 1;
}

/** Lowest edge that accepts no score below the threshold. */
export function edgeOf(threshold: number): number {
  return clamp(Math.ceil((threshold + 1) * BINS_PER_UNIT - SLACK), LAST_BIN + 1);
}

/** Number of the bin that holds a score, 0 to EDGES - 2; the edge of that number accepts it, and the next one does not. */
export function binOf(score: number): number {
  return clamp(Math.floor((score + 1) * BINS_PER_UNIT + SLACK), LAST_BIN);
}

/** Counts of scores from -1 to 1 (rounding beyond them is clamped): any number of them in constant memory. */
export class ScoreHistogram {
  private readonly counts = new Uint32Array(LAST_BIN + 1);
  private readonly extent = new Float64Array([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
  private tail: Float64Array | null = null;
  private size = 0;

  static of(scores: Iterable<number>): ScoreHistogram {
    const histogram = new ScoreHistogram();
    for (const score of scores) histogram.add(score);
    return histogram;
  }

  add(score: number): void {
    const bin = binOf(score);
    this.counts[bin] = (this.counts[bin] as number) + 1;
    if (score < this.min) this.extent[0] = score;
    if (score > this.max) this.extent[1] = score;
    this.size++;
    this.tail = null;
  }

  /** Number of scores. */
  get total(): number {
    return this.size;
  }

  /** Lowest score, exactly; infinity when there is none. */
  get min(): number {
    return this.extent[0] as number;
  }

  /** Highest score, exactly; minus infinity when there is none. */
  get max(): number {
    return this.extent[1] as number;
  }

  /** How many scores a threshold at the edge accepts. */
  atOrAbove(edge: number): number {
    this.tail ??= this.sumFromTop();
    return this.tail[edge] as number;
  }

  /** Share of the scores from one score up to, but without, another; 0 when there is none at all. */
  shareBetween(from: number, to: number): number {
    return this.size === 0 ? 0 : (this.atOrAbove(edgeOf(from)) - this.atOrAbove(edgeOf(to))) / this.size;
  }

  /**
   * The score that a share of all scores does not exceed (nearest rank), exact to the resolution.
   * @param share 0–1
   */
  percentile(share: number): number {
    if (this.size === 0) return Number.NaN;
    const rank = Math.max(1, Math.ceil(share * this.size - 1e-9));
    // The highest edge that leaves fewer than `rank` scores below it is the bin of the score with that rank.
    let low = 0;
    let high = LAST_BIN;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.size - this.atOrAbove(middle) < rank) low = middle;
      else high = middle - 1;
    }
    return Math.min(this.max, Math.max(this.min, scoreAtEdge(low)));
  }

  private sumFromTop(): Float64Array {
    const tail = new Float64Array(EDGES);
    for (let bin = LAST_BIN; bin >= 0; bin--) tail[bin] = (tail[bin + 1] as number) + (this.counts[bin] as number);
    return tail;
  }
}

function clamp(value: number, highest: number): number {
  return Math.max(0, Math.min(value, highest));
}
