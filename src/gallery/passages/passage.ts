import { normalised } from '../../core/unit-vector.js';
import { Challenge, type ChallengeState } from './challenge.js';
import type { Look } from './look.js';

/** Looks that vote: older ones are left out. */
const MAX_LOOKS = 5;

/** Milliseconds after which a look does not vote any more, and after which somebody who comes back is another passage. */
const LOOK_AGE = 6_000;
const MAX_GAP = 4_000;

/**
 * Least cosine of a look to the mean of those before it. Looks of one person within seconds have 0.6 and more, and 0.5 where
 * the head turns; of strangers one pair in a hundred reaches 0.4. A lower bound than that of a search: the face also stands
 * where the last one stood.
 */
const SAME_FACE = 0.4;

/** How far a face may have moved between two looks, in its widths, and how much larger or smaller it may have become. */
const MAX_STEP = 1.5;
const MAX_GROWTH = 2;

/** Only faces that look here vote. Degrees. */
const VOTES_UP_TO = 20;

/** One person who walks past a camera: the last looks, and what was made of them. Lives in memory for seconds. */
export class Passage {
  #looks: Look[] = [];
  #challenge: Challenge | undefined;
  /** Whom an event told of; an empty id stands for somebody unknown. */
  readonly #told = new Set<string>();
  /** Of the attendance list; milliseconds. */
  attendedAt = 0;

  /** Adds a look. Another face, or one that was away for a while, begins a new passage under the same name. */
  add(look: Look): void {
    if (!this.#continues(look)) this.restart();
    this.#looks = [...this.#looks.filter(({ at }) => look.at - at <= LOOK_AGE), look].slice(-MAX_LOOKS);
    this.#challenge?.see(look);
  }

  /** Forgets the looks: a spoof among them spoils them all. */
  restart(): void {
    this.#looks = [];
    this.#challenge = undefined;
    this.#told.clear();
    this.attendedAt = 0;
  }

  /** Asks for signs of life, unless it was done already. */
  challenge(now: number): ChallengeState {
    if (!this.#challenge || this.#challenge.isOver(now)) this.#challenge = new Challenge(now);
    return this.#challenge.state(now);
  }

  /** Whether the head may be turned away, since that was asked for. */
  get isChallenged(): boolean {
    return this.#challenge !== undefined && !this.#challenge.isPassed;
  }

  /** Looks that vote. */
  get votes(): number {
    return this.#voting().length;
  }

  /** The mean of the embeddings of the looks that vote, of length 1. */
  mean(): Float32Array {
    return meanOf(this.#voting());
  }

  /** True once for each person: the first time that an event is to be sent. */
  isNews(userId: string): boolean {
    if (this.#told.has(userId)) return false;
    this.#told.add(userId);
    return true;
  }

  #voting(): Look[] {
    const straight = this.#looks.filter(({ yaw }) => Math.abs(yaw) <= VOTES_UP_TO);
    return straight.length > 0 ? straight : this.#looks;
  }

  #continues(look: Look): boolean {
    const last = this.#looks.at(-1);
    if (!last) return true;
    if (look.at - last.at > MAX_GAP) return false;
    const wider = Math.max(look.box.width / last.box.width, last.box.width / look.box.width);
    const step = Math.hypot(middle(look).x - middle(last).x, middle(look).y - middle(last).y);
    if (wider > MAX_GROWTH || step > MAX_STEP * Math.max(look.box.width, last.box.width)) return false;
    return dot(meanOf(this.#looks), look.embedding) >= SAME_FACE;
  }
}

function meanOf(looks: readonly Look[]): Float32Array {
  const sum = new Float32Array(looks[0]?.embedding.length ?? 0);
  for (const { embedding } of looks)
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (embedding[i] as number);
  return normalised(sum) ?? sum;
}

function dot(p: Float32Array, q: Float32Array): number {
  return p.reduce((sum, value, i) => sum + value * (q[i] as number), 0);
}

function middle({ box }: Look): { x: number; y: number } {
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}
