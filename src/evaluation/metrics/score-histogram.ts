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
function binOf(score: number): number {
  return clamp(Math.floor((score + 1) * BINS_PER_UNIT + SLACK), LAST_BIN);
}

/** Scores from -1 to 1 (rounding beyond them is clamped), each with a weight: any number of them in constant memory. */
export class ScoreHistogram {
  private readonly bins = new Float64Array(EDGES);
  private readonly extent = new Float64Array([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
  private tail: Float64Array | null = null;
  private sum = 0;

  static of(scores: Iterable<number>): ScoreHistogram {
    const histogram = new ScoreHistogram();
    for (const score of scores) histogram.add(score);
    return histogram;
  }

  /** @param weight of the score; a negative one takes an earlier weight back */
  add(score: number, weight = 1): void {
    const bin = binOf(score);
    this.bins[bin] = (this.bins[bin] as number) + weight;
    if (score < this.min) this.extent[0] = score;
    if (score > this.max) this.extent[1] = score;
    this.sum += weight;
    this.tail = null;
  }

  /** Sum of all weights: the number of scores where each has the weight 1. */
  get total(): number {
    return this.sum;
  }

  /** Lowest score, exactly; infinity when there is none. */
  get min(): number {
    return this.extent[0] as number;
  }

  /** Highest score, exactly; minus infinity when there is none. */
  get max(): number {
    return this.extent[1] as number;
  }

  /** The weight that a threshold at the edge accepts. */
  atOrAbove(edge: number): number {
    this.tail ??= this.sumFromTop();
    return this.tail[edge] as number;
  }

  /** Share of the weight at or above a score, 0–1; NaN without scores. */
  survival(score: number): number {
    return this.atOrAbove(edgeOf(score)) / this.sum;
  }

  /** Share of the weight from one score up to, but without, another; 0 when there is none at all. */
  shareBetween(from: number, to: number): number {
    return this.sum === 0 ? 0 : this.survival(from) - this.survival(to);
  }

  /**
   * The score that a share of all scores, of weight 1, does not exceed (nearest rank), exact to the resolution.
   * @param share 0–1
   */
  percentile(share: number): number {
    if (this.sum === 0) return Number.NaN;
    const rank = Math.max(1, Math.ceil(share * this.sum - 1e-9));
    // The highest edge that leaves fewer than `rank` scores below it is the bin of the score with that rank.
    const edge = firstEdge((at) => this.sum - this.atOrAbove(at) >= rank) - 1;
    return Math.min(this.max, Math.max(this.min, scoreAtEdge(edge)));
  }

  /** The lowest score at or above which there is no more than a share of the weight. */
  quantile(share: number): number {
    return scoreAtEdge(firstEdge((edge) => this.atOrAbove(edge) / this.sum <= share));
  }

  /**
   * Probability-weighted moments of what exceeds a score: the mean excess, and the mean of excess times the share of
   * exceedances above it, which is a quarter of the former for an exponential distribution.
   */
  excess(over: number): { mean: number; mean1: number } {
    const from = edgeOf(over);
    const whole = this.atOrAbove(from);
    let mean = 0;
    let mean1 = 0;
    for (let bin = from; bin < EDGES - 1; bin++) {
      const weight = this.bins[bin] as number;
      if (weight === 0) continue;
      const excess = scoreAtEdge(bin) - scoreAtEdge(from);
      const share = weight / whole;
      // Equal scores lie, on average, half of their own share below the top of it.
      const above = (this.atOrAbove(bin) + this.atOrAbove(bin + 1)) / 2 / whole;
      mean += share * excess;
      mean1 += share * excess * above;
    }
    return { mean, mean1 };
  }

  private sumFromTop(): Float64Array {
    const tail = new Float64Array(EDGES);
    for (let bin = LAST_BIN; bin >= 0; bin--) tail[bin] = (tail[bin + 1] as number) + (this.bins[bin] as number);
    return tail;
  }
}

/** Lowest edge for which a condition holds that, once true, stays true; it must hold at the highest. */
export function firstEdge(holds: (edge: number) => boolean): number {
  let low = 0;
  let high = EDGES - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function clamp(value: number, highest: number): number {
  return Math.max(0, Math.min(value, highest));
}
