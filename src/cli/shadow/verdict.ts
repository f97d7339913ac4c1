/** What one server answered to a photo. */
export interface Answer {
  /** Such as `200`, `404` or `407`; `–` where the server failed at it again and again. */
  code: string;
  /** Who was found; with `404`: who is most like, though not enough. */
  id?: string;
  similarity?: number;
  /** The text of a refusal or of a failure. */
  text?: string;
  /** Of a refusal, where the server tells one. */
  reason?: string;
  /** Milliseconds of the call; undefined where it failed. */
  ms?: number;
}

export const verdicts = [
  'same person',
  'nobody, both',
  'different people',
  'found by A only',
  'found by B only',
  'refused by A only',
  'refused by B only',
  'refused by both, same code',
  'refused by both, other code',
  'failed',
] as const;
export type Verdict = (typeof verdicts)[number];

export const agreements: ReadonlySet<Verdict> = new Set<Verdict>([
  'same person',
  'nobody, both',
  'refused by both, same code',
]);

/** Tells how two answers to the same photo go together. */
export function verdictOf(a: Answer, b: Answer): Verdict {
  if (a.code === '–' || b.code === '–') return 'failed';
  const [judgedA, judgedB] = [isJudged(a), isJudged(b)];
  if (!judgedA && !judgedB) return a.code === b.code ? 'refused by both, same code' : 'refused by both, other code';
  if (!judgedA || !judgedB) return judgedA ? 'refused by B only' : 'refused by A only';
  if (a.code === '404' && b.code === '404') return 'nobody, both';
  if (a.code === '404' || b.code === '404') return a.code === '404' ? 'found by B only' : 'found by A only';
  return a.id === b.id ? 'same person' : 'different people';
}

/** Whether the photo was searched for, with or without success. */
export function isJudged({ code }: Answer): boolean {
  return code === '200' || code === '404';
}

/** The answer as it would have been with another threshold. */
export function atThreshold(answer: Answer, threshold: number): Answer {
  if (!isJudged(answer) || answer.similarity === undefined) return answer;
  return { ...answer, code: answer.similarity >= threshold ? '200' : '404' };
}
