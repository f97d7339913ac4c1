/** People are told apart in so many groups, to see what the curve would be without one of them. */
export const GROUPS = 20;

/** Scores lie from -2 to 2. */
const STEP = 0.0005;
const LOWEST = -2;
const BINS = Math.round((-2 * LOWEST) / STEP) + 1;

/** Weights of scores between people, by the groups of the people: any number of them in constant memory. */
export class DoorScores {
  readonly #bins = new Float64Array(GROUPS * GROUPS * BINS);

  /** @param groupA 0 to GROUPS - 1, as groupB */
  add(groupA: number, groupB: number, score: number, weight: number): void {
    const bin = Math.max(0, Math.min(BINS - 1, Math.round((score - LOWEST) / STEP)));
    const at = (groupA * GROUPS + groupB) * BINS + bin;
    this.#bins[at] = (this.#bins[at] as number) + weight;
  }

  /**
   * Highest score that more than a share of the weight reaches, to half of 0.0005.
   * @param without a group whose people are left out
   */
  quantile(without?: number): (rate: number) => number {
    const above = new Float64Array(BINS + 1);
    for (let a = 0; a < GROUPS; a++) {
      for (let b = 0; b < GROUPS; b++) {
        if (a === without || b === without) continue;
        const from = (a * GROUPS + b) * BINS;
        for (let bin = 0; bin < BINS; bin++) above[bin] = (above[bin] as number) + (this.#bins[from + bin] as number);
      }
    }
    for (let bin = BINS - 1; bin >= 0; bin--) above[bin] = (above[bin] as number) + (above[bin + 1] as number);
    const total = above[0] as number;
    return (rate) => {
      let bin = BINS - 1;
      while (bin > 0 && (above[bin] as number) <= rate * total * (1 + 1e-12)) bin--;
      return LOWEST + bin * STEP;
    };
  }
}
