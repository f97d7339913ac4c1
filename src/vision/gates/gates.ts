import { covered } from './covered.js';
import type { Gate, GateRule } from './gate.js';
import { idCard } from './id-card.js';
import { liveness } from './liveness.js';
import { tooClose } from './too-close.js';

/** Gates that look at the photo. An analysis has what each sees, and the log how long it took, under this name. */
export const photoGates = { idCard };

/**
 * Gates that look at the one face that counts, in the order in which they are asked: a crop that ends above the mouth looks
 * like a mask, so `tooClose` comes first. `liveness` costs the most and comes last.
 */
export const faceGates = { tooClose, covered, liveness };

export const gates: readonly GateRule[] = [...Object.values(photoGates), ...Object.values(faceGates)];

/** What the photo's gates see; null in a pack without the gate. */
export type Sights = {
  [Name in keyof typeof photoGates]:
    | ((typeof photoGates)[Name] extends Gate<'photo', infer _Needed, infer Sight> ? Sight : never)
    | null;
};
