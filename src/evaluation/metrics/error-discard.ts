import { muOf, type OptionalCohort } from '../../gallery/scoring/cohort.js';
import { normalisedScore } from '../../gallery/scoring/score-normalisation.js';
import type { Embedded } from '../embed-images.js';
import type { Group } from '../group-scores.js';
import { cosine } from './compare-all.js';
import { tarAtFmr } from './error-rates.js';

/** What is left when the photos of the lowest quality are left out. */
export interface DiscardPoint {
  /** Share of the photos that are left out, 0–1. */
  discarded: number;
  /** The quality below which they lie, 0–100; 0 where none is left out. */
  quality: number;
  genuine: number;
  falseNonMatches: number;
  /** False non-match rate. Each person weighs by the root of their comparisons, so that those with many photos do not decide alone. */
  rate: number;
}

/** Whether quality puts photos in order: the error-versus-discard characteristic (ISO/IEC 29794-1). */
export interface DiscardCurve {
  name: string;
  /** The false match rate whose threshold all points share. */
  fmr: number;
  points: DiscardPoint[];
}

const SHARES = [0, 0.02, 0.05, 0.1, 0.2, 0.3];
const FMR = 1e-4;

/** Null where there are no genuine comparisons or too few impostors for the threshold. */
export function discardCurve(
  group: Group,
  { embeddings, qualities }: Embedded,
  cohort: OptionalCohort,
): DiscardCurve | null {
  const point = tarAtFmr(group.scores, FMR);
  const photos = group.images.flatMap(({ path, identity }) => {
    const [embedding, quality] = [embeddings.get(path), qualities.get(path)];
    return embedding && quality !== undefined ? [{ identity, embedding, quality, mu: muOf(cohort, embedding) }] : [];
  });
  if (!point || photos.length === 0) return null;
  const people = new Map<string, typeof photos>();
  for (const photo of photos) people.set(photo.identity, [...(people.get(photo.identity) ?? []), photo]);
  const comparisons = [...people.values()].flatMap((own) => {
    const weight = 1 / Math.sqrt((own.length * (own.length - 1)) / 2);
    return own.flatMap((p, i) =>
      own.slice(i + 1).map((q) => ({
        fails: normalisedScore(cosine(p.embedding, q.embedding), p.mu, q.mu) < point.threshold,
        quality: Math.min(p.quality, q.quality),
        weight,
      })),
    );
  });
  if (comparisons.length === 0) return null;
  // Photos without a partner are in no genuine comparison: they must not take the place of those that are.
  const ordered = [...people.values()].filter((own) => own.length > 1).flat();
  const sorted = Float64Array.from(ordered, ({ quality }) => quality).sort();
  const points = SHARES.map((discarded): DiscardPoint => {
    const quality = discarded === 0 ? 0 : (sorted[Math.floor(discarded * sorted.length)] as number);
    const kept = comparisons.filter((one) => one.quality >= quality);
    const failing = kept.filter(({ fails }) => fails);
    const sum = (some: typeof kept) => some.reduce((total, { weight }) => total + weight, 0);
    return {
      discarded,
      quality,
      genuine: kept.length,
      falseNonMatches: failing.length,
      rate: sum(failing) / sum(kept),
    };
  });
  return { name: group.name, fmr: FMR, points };
}
