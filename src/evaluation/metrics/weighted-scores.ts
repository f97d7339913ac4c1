import { binOf, EDGES, edgeOf, scoreAtEdge } from './score-histogram.js';

/**
 * Scores from -1 to 1 of which each has a weight: any number of them in constant memory. Rates are shares of the whole
 * weight; scores are exact to RESOLUTION.
 */
export class WeightedScores {
  private readonly bins = new Float64Array(EDGES);
  private above: Float64Array | null = null;
  private sum = 0;

  /** @param weight of the score; a negative one takes an earlier weight back */
  add(score: number, weight: number): void {
    const bin = binOf(score);
    this.bins[bin] = (this.bins[bin] as number) + weight;
    this.sum += weight;
    this.above = null;
  }

  /** Sum of all weights. */
  get total(): number {
    return this.sum;
  }

  /** Share of the weight at or above a score, 0–1; NaN without scores. */
  survival(score: number): number {
    return this.tail()[edgeOf(score)] as number;
  }

  /** The lowest score at or above which there is no more than a share of the weight. */
  quantile(share: number): number {
    const tail = this.tail();
    let low = 0;
    let high = EDGES - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((tail[middle] as number) <= share) high = middle;
      else low = middle + 1;
    }
    return scoreAtEdge(low);
  }

  /**
   * Probability-weighted moments of what exceeds a score: the mean excess, and the mean of excess times the share of
   * exceedances above it, which is a quarter of the former for an exponential distribution.
   */
  excess(over: number): { mean: number; mean1: number } {
    const tail = this.tail();
    const from = edgeOf(over);
    const whole = tail[from] as number;
    let mean = 0;
    let mean1 = 0;
    for (let bin = from; bin < EDGES - 1; bin++) {
      const weight = this.bins[bin] as number;
      if (weight === 0) continue;
      const excess = scoreAtEdge(bin) - scoreAtEdge(from);
      const share = weight / this.sum / whole;
      // Equal scores lie, on average, half of their own share below the top of it.
      const above = ((tail[bin] as number) + (tail[bin + 1] as number)) / 2 / whole;
      mean += share * excess;
      mean1 += share * excess * above;
    }
    return { mean, mean1 };
  }

  private tail(): Float64Array {
    if (this.above) return this.above;
    const above = new Float64Array(EDGES);
    for (let bin = EDGES - 2; bin >= 0; bin--) {
      above[bin] = (above[bin + 1] as number) + (this.bins[bin] as number) / this.sum;
    }
    this.above = above;
    return above;
  }
}
