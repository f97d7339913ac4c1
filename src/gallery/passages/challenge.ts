import { randomInt } from 'node:crypto';
import type { Look } from './look.js';

/** What may be asked for. Left and right are those of the person. Blinking is not: 68 points do not tell closed eyes. */
export const actions = ['turn-left', 'turn-right', 'open-mouth'] as const;
export type Action = (typeof actions)[number];

/** How far a challenge is. */
export interface ChallengeState {
  /** What to do now: `look-here` before each action; null when all is done. */
  step: Action | 'look-here' | null;
  /** Actions that are done, of how many. */
  done: number;
  of: number;
  /** Until it is over; milliseconds. */
  left: number;
}

/** Milliseconds for all actions. */
const TIME_LIMIT = 20_000;

/** Degrees that the head turns from where it was, and back to. */
const TURN = 18;
const STRAIGHT = 9;

/** Opening of the mouth more than when the face looked here, as a fraction of the way from eyes to chin. */
const OPEN = 0.08;
const CLOSED = 0.04;

/**
 * Asks a person to turn the head and open the mouth, in a random order, and judges by the landmarks of the looks. A wrong
 * action begins anew in another order, so that a recording which shows them all does not pass. A photo does not: turned or
 * bent, its nose does not move against its eyes as that of a head does.
 */
export class Challenge {
  #order = shuffled(actions);
  #done = 0;
  readonly #end: number;
  /** The face as it looked here, before the action that is due. */
  #straight: Look | undefined;

  constructor(now: number) {
    this.#end = now + TIME_LIMIT;
  }

  /** One that is passed is never over: its passage ends with the looks. */
  isOver(now: number): boolean {
    return !this.isPassed && now >= this.#end;
  }

  get isPassed(): boolean {
    return this.#done === this.#order.length;
  }

  state(now: number): ChallengeState {
    const step = this.isPassed ? null : this.#straight ? (this.#order[this.#done] as Action) : 'look-here';
    return { step, done: this.#done, of: this.#order.length, left: Math.max(0, this.#end - now) };
  }

  see(look: Look): void {
    if (this.isPassed || look.at >= this.#end) return;
    // A pack without landmarks sees no mouth.
    if (look.mouthOpen === null) this.#order = this.#order.filter((action) => action !== 'open-mouth');
    if (!this.#straight) {
      const isStraight = Math.abs(look.yaw) <= STRAIGHT + TURN / 2 && (look.mouthOpen ?? 0) <= CLOSED;
      if (isStraight) this.#straight = look;
      return;
    }
    const seen = actionIn(look, this.#straight);
    if (!seen) return;
    const isRight = seen === this.#order[this.#done];
    this.#done = isRight ? this.#done + 1 : 0;
    if (!isRight) this.#order = shuffled(this.#order);
    // The next action begins from a straight face again.
    this.#straight = undefined;
  }
}

function actionIn({ yaw, mouthOpen }: Look, straight: Look): Action | undefined {
  const turn = yaw - straight.yaw;
  // The left of the person is the right of the picture.
  if (turn >= TURN) return 'turn-left';
  if (turn <= -TURN) return 'turn-right';
  const opened = (mouthOpen ?? 0) - (straight.mouthOpen ?? 0);
  return opened >= OPEN && Math.abs(turn) < STRAIGHT + TURN / 2 ? 'open-mouth' : undefined;
}

function shuffled<T>(all: readonly T[]): T[] {
  const order = [...all];
  for (let i = order.length - 1; i > 0; i--) {
    const j = randomInt(i + 1);
    [order[i], order[j]] = [order[j] as T, order[i] as T];
  }
  return order;
}
