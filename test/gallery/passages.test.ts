import { describe, expect, it } from 'vitest';
import { Challenge, type ChallengeState } from '../../src/gallery/passages/challenge.js';
import { type CameraLook, hintOf, lookOf } from '../../src/gallery/passages/look.js';
import { Passage } from '../../src/gallery/passages/passage.js';
import { Passages } from '../../src/gallery/passages/passages.js';
import type { FaceReport, PhotoReport } from '../../src/vision/face-analyser.js';
import { faceOf, faceReport } from '../support/fakes.js';

const look = (more: Partial<CameraLook> & { cosine?: number } = {}): CameraLook => ({
  box: { x: 0.4, y: 0.2, width: 0.25, height: 0.3 },
  embedding: faceOf(more.cosine ?? 1),
  yaw: 0,
  mouthOpen: 0.01,
  at: 1000,
  ...more,
});

describe('a passage', () => {
  it('has the mean of its last five looks', () => {
    const passage = new Passage();
    for (let i = 0; i < 7; i++) passage.add(look({ at: 1000 + 300 * i, cosine: i < 2 ? 0.7 : 0.9 }));
    expect(passage.votes).toBe(5);
    expect(passage.mean()[0]).toBeCloseTo(0.9, 5);
    expect(Math.hypot(...passage.mean())).toBeCloseTo(1, 5);
  });

  it.each([
    ['another face', { cosine: 0.2 }],
    ['a face elsewhere', { box: { x: 0, y: 0.9, width: 0.25, height: 0.3 } }],
    ['a face of another size', { box: { x: 0.4, y: 0.2, width: 0.6, height: 0.7 } }],
    ['a pause', { at: 9000 }],
  ])('begins anew with %s', (_, more) => {
    const passage = new Passage();
    for (const at of [1000, 1300, 1600]) passage.add(look({ at }));
    expect(passage.isNews('u1')).toBe(true);
    expect(passage.isNews('u1')).toBe(false);
    passage.add(look({ at: 1900, ...more }));
    expect(passage.votes).toBe(1);
    expect(passage.isNews('u1')).toBe(true);
  });

  it('lets only faces vote that look here, where there are some', () => {
    const passage = new Passage();
    passage.add(look());
    passage.add(look({ at: 1300, yaw: 40, cosine: 0.6 }));
    expect([passage.votes, passage.mean()[0]]).toEqual([1, 1]);
  });

  it('belongs to its name, and is forgotten when nobody comes for half a minute', () => {
    const passages = new Passages();
    passages.of('a', 0).add(look());
    expect(passages.of('b', 1).votes).toBe(0);
    expect(passages.of('a', 20_000).votes).toBe(1);
    expect(passages.size).toBe(2);
    expect(passages.of('c', 45_000).votes).toBe(0);
    expect(passages.size).toBe(2);
    for (let i = 0; i < 3000; i++) passages.of(`d${i}`, 45_000);
    expect(passages.size).toBe(2000);
  });
});

describe('a challenge', () => {
  const straight = (at: number) => look({ at });
  const doing: Record<string, Partial<CameraLook>> = {
    'turn-left': { yaw: 24 },
    'turn-right': { yaw: -24 },
    'open-mouth': { mouthOpen: 0.12 },
  };
  /** Does what is asked, until nothing is. */
  const obey = (challenge: Challenge, every: number): ChallengeState[] => {
    const states: ChallengeState[] = [];
    for (let at = 100; at < 60_000; at += every) {
      const state = challenge.state(at);
      states.push(state);
      if (state.step === null || challenge.isOver(at)) break;
      challenge.see(look({ ...straight(at), ...doing[state.step] }));
    }
    return states;
  };

  it('is passed by who does all that is asked, each after a look straight on', () => {
    const challenge = new Challenge(0);
    const steps = obey(challenge, 500).map(({ step }) => step);
    expect(challenge.isPassed).toBe(true);
    expect(new Set(steps)).toEqual(new Set([...Object.keys(doing), 'look-here', null]));
    expect(steps.filter((step) => step === 'look-here')).toHaveLength(3);
  });

  it('has an order that nobody knows before', () => {
    const orders = Array.from({ length: 60 }, () =>
      obey(new Challenge(0), 500)
        .map(({ step }) => step)
        .join(),
    );
    expect(new Set(orders).size).toBeGreaterThan(3);
  });

  it('is over after 20 seconds', () => {
    const challenge = new Challenge(0);
    expect(obey(challenge, 5000).at(-1)).toMatchObject({ left: 0 });
    expect(challenge.isPassed).toBe(false);
    challenge.see(look({ at: 21_000 }));
    expect(challenge.isOver(21_000)).toBe(true);
  });

  it('begins anew with a wrong action, so that a recording of all of them does not pass', () => {
    const challenge = new Challenge(0);
    challenge.see(straight(100));
    const { step } = challenge.state(100);
    challenge.see(look({ at: 200, ...doing[step ?? ''] }));
    expect(challenge.state(200)).toMatchObject({ step: 'look-here', done: 1, of: 3 });
    challenge.see(straight(300));
    const due = challenge.state(300).step;
    const wrong = Object.keys(doing).find((action) => action !== due) ?? '';
    challenge.see(look({ at: 400, ...doing[wrong] }));
    expect(challenge.state(400)).toMatchObject({ step: 'look-here', done: 0 });
  });

  it('is not passed by a still face, turned from the beginning or not', () => {
    for (const yaw of [0, 30]) {
      const challenge = new Challenge(0);
      for (let at = 0; at < 20_000; at += 200) challenge.see(look({ at, yaw }));
      expect(challenge.isPassed).toBe(false);
    }
  });

  it('asks for no mouth where none is seen', () => {
    const challenge = new Challenge(0);
    challenge.see(look({ at: 1, mouthOpen: null }));
    expect(challenge.state(1).of).toBe(2);
  });

  it('goes on with the passage, and ends with it', () => {
    const passage = new Passage();
    passage.add(look({ at: 1000 }));
    expect(passage.challenge(1000)).toMatchObject({ step: 'look-here' });
    passage.add(look({ at: 1300 }));
    expect(passage.challenge(1300)).toMatchObject({ done: 0, step: expect.stringMatching(/turn|mouth/) });
    expect(passage.isChallenged).toBe(true);
    passage.add(look({ at: 1600, cosine: 0.1 }));
    expect(passage.challenge(1600)).toMatchObject({ step: 'look-here' });
  });
});

describe('hints', () => {
  const report = (...faces: FaceReport[]): PhotoReport => ({
    width: 640,
    height: 480,
    faces,
    idCard: null,
    thresholds: null,
    refusal: null,
    timings: {},
    embedding: faceOf(1),
  });
  const wide = (width: number) => ({ box: { x: 100, y: 100, width, height: width } });
  const quality = (...advice: FaceReport['quality']['advice']) => ({ quality: { ...faceReport().quality, advice } });

  it.each([
    ['no-face', report()],
    ['closer', report(faceReport({}, { isSmall: true, ...wide(40) }))],
    ['closer', report(faceReport({}, wide(60)))],
    ['one-at-a-time', report(faceReport(), faceReport({}, wide(120)))],
    ['further', report(faceReport({}, { fault: 'too-close' }))],
    ['uncover', report(faceReport({}, { fault: 'mask' }))],
    ['look-here', report(faceReport({ yaw: -35 }))],
    ['more-light', report(faceReport({}, quality('blurred', 'dark')))],
    ['less-light', report(faceReport({}, quality('bright')))],
    ['hold-still', report(faceReport({}, quality('blurred')))],
    [null, report(faceReport(), faceReport({}, wide(60)))],
  ])('say one thing at a time: %s', (hint, seen) => {
    expect(hintOf(seen)).toBe(hint);
  });

  it('a look counts where the face that is meant is plain', () => {
    const measures = { yaw: 30 };
    expect(lookOf(report(faceReport()), 7, false)).toMatchObject({ at: 7, yaw: 0, box: { x: 230 / 640 } });
    expect(lookOf(report(faceReport(), faceReport({}, wide(150))), 7, false)).toBeUndefined();
    expect(lookOf(report(faceReport(measures)), 7, false)).toBeUndefined();
    expect(lookOf(report(faceReport(measures)), 7, true)).toMatchObject({ yaw: 30 });
  });
});
