/** Labelled pairs with their scores. */
export interface ScoredPairs {
  /** Cosine of each pair; NaN where an image could not be acquired. */
  scores: Float64Array;
  /** 1 where both images show the same person, else 0. */
  same: Uint8Array;
}

export interface FoldAccuracy {
  folds: number;
  /** Mean over the folds of the share of pairs that the threshold of the other folds decides rightly, 0–1. */
  mean: number;
  /** Standard error of that mean: the folds' standard deviation / √folds. */
  standardError: number;
}

export interface CrossValidation {
  /** Pairs that could not be acquired count as decided wrongly. */
  all: FoldAccuracy;
  /** Pairs that could not be acquired are left out. */
  acquired: FoldAccuracy;
}

/** How far beyond the extreme scores a threshold that accepts or refuses everything is put. */
const BEYOND = 0.01;

/**
 * Accuracy by k-fold cross validation as in the protocol of Labeled Faces in the Wild: each fold is decided with the
 * threshold that is best on all others.
 * @param folds number of folds; fewer when there are fewer pairs of one kind
 * @returns null when the pairs are not of both kinds, or too few
 */
export function crossValidate({ scores, same }: ScoredPairs, folds = 10): CrossValidation | null {
  const genuine = same.reduce((sum, one) => sum + one, 0);
  const count = Math.min(folds, genuine, same.length - genuine);
  if (count < 2) return null;
  const foldOf = assignFolds(same, count);
  const order = acquiredInOrder(scores);
  const right = new Float64Array(count);
  const acquired = new Float64Array(count);
  const pairs = new Float64Array(count);
  for (let fold = 0; fold < count; fold++) {
    const rest = order.filter((i) => foldOf[i] !== fold);
    const { threshold } = bestThreshold(scores, same, rest);
    foldOf.forEach((f, i) => {
      if (f !== fold) return;
      const score = scores[i] as number;
      pairs[fold] = (pairs[fold] as number) + 1;
      if (Number.isNaN(score)) return;
      acquired[fold] = (acquired[fold] as number) + 1;
      if (score >= threshold === (same[i] === 1)) right[fold] = (right[fold] as number) + 1;
    });
  }
  return {
    all: summary(right.map((n, fold) => n / (pairs[fold] as number))),
    acquired: summary(right.map((n, fold) => n / (acquired[fold] as number)).filter((share) => !Number.isNaN(share))),
  };
}

export interface BestThreshold {
  threshold: number;
  /** Share of the acquired pairs that it decides rightly, 0–1. */
  accuracy: number;
  /** Pairs of two people that it takes for one. */
  falseMatches: number;
  /** Pairs of one person that it takes for two. */
  falseNonMatches: number;
}

/** The threshold that decides most of the acquired pairs rightly. An optimist's number: it was chosen on what it judges. */
export function bestThresholdOf({ scores, same }: ScoredPairs): BestThreshold {
  return bestThreshold(scores, same, acquiredInOrder(scores));
}

/**
 * Folds of equal size and equal mix, the same on every run: the pairs of each kind are cut into blocks in the list's
 * order, which keeps most pairs of one person together where the list is ordered by person.
 */
export function assignFolds(same: Uint8Array, folds: number): Uint8Array {
  const totals = [0, 0];
  for (const kind of same) totals[kind] = (totals[kind] as number) + 1;
  const seen = [0, 0];
  return same.map((kind) => {
    const rank = seen[kind] as number;
    seen[kind] = rank + 1;
    return Math.floor((rank * folds) / (totals[kind] as number));
  });
}

/** Indices of the pairs that have a score, from the lowest score to the highest. */
function acquiredInOrder(scores: Float64Array): Uint32Array {
  const acquired = Uint32Array.from(scores.keys()).filter((i) => !Number.isNaN(scores[i]));
  return acquired.sort((i, j) => (scores[i] as number) - (scores[j] as number));
}

/**
 * Accuracy changes only at scores, so it is flat between neighbouring ones, and often the same on several such stretches.
 * Of the best stretches the one in their midst is taken, and of that the middle: neither edge of a plateau is favoured.
 * @param order indices of the pairs to look at, by rising score
 */
function bestThreshold(scores: Float64Array, same: Uint8Array, order: Uint32Array): BestThreshold {
  const genuine = order.reduce((sum, i) => sum + (same[i] as number), 0);
  const scoreAt = (position: number) => scores[order[position] as number] as number;
  let best = -1;
  let stretches: { low: number; high: number; rejectedGenuine: number; rejectedImpostor: number }[] = [];
  let rejectedGenuine = 0;
  let rejectedImpostor = 0;
  let low = order.length > 0 ? scoreAt(0) - BEYOND : 0;
  for (let position = 0; ; ) {
    const high = position < order.length ? scoreAt(position) : low + (position > 0 ? BEYOND : 0);
    const right = genuine - rejectedGenuine + rejectedImpostor;
    if (right > best) {
      best = right;
      stretches = [];
    }
    if (right === best) stretches.push({ low, high, rejectedGenuine, rejectedImpostor });
    if (position >= order.length) break;
    low = high;
    // Equal scores are on the same side of every threshold.
    for (; position < order.length && scoreAt(position) === low; position++) {
      if (same[order[position] as number] === 1) rejectedGenuine++;
      else rejectedImpostor++;
    }
  }
  const centre = ((stretches[0]?.low ?? 0) + (stretches.at(-1)?.high ?? 0)) / 2;
  const distance = ({ low, high }: { low: number; high: number }) => Math.max(low - centre, centre - high, 0);
  const chosen = stretches.reduce((a, b) => (distance(b) < distance(a) ? b : a));
  return {
    threshold: (chosen.low + chosen.high) / 2,
    accuracy: order.length > 0 ? best / order.length : Number.NaN,
    falseMatches: order.length - genuine - chosen.rejectedImpostor,
    falseNonMatches: chosen.rejectedGenuine,
  };
}

function summary(accuracies: Float64Array): FoldAccuracy {
  const folds = accuracies.length;
  const mean = accuracies.reduce((sum, x) => sum + x, 0) / folds;
  const variance = accuracies.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (folds - 1);
  return { folds, mean, standardError: Math.sqrt(variance / folds) };
}
