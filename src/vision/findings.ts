import type { FaceReport, PhotoReport } from './face-analyser.js';
import type { GateFinding } from './gates/ask-gates.js';
import { photoGates, type Sights } from './gates/gates.js';
import { Refusal } from './refusal.js';

/** Why a face is not full. */
export function faultOf(asked: readonly GateFinding[]): FaceReport['fault'] {
  const full = asked.find(({ rule, reason }) => rule.refuses === 'NOT_FULL_FACE' && reason);
  return (full?.reason ?? null) as FaceReport['fault'];
}

/** What the gates saw that look at the photo. */
export function sightsOf(findings: readonly GateFinding[]): Sights {
  const sight = (gate: string) => findings.find(({ name }) => name === gate)?.sight ?? null;
  return Object.fromEntries(Object.keys(photoGates).map((name) => [name, sight(name)])) as unknown as Sights;
}

/** What a photo is refused for. @throws what is no refusal */
export function causeOf(error: unknown): PhotoReport['refusal'] {
  if (!(error instanceof Refusal)) throw error;
  return { errorName: error.errorName, reason: error.reason };
}
