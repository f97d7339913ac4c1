import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { ScoreHistogram } from '../../src/evaluation/metrics/score-histogram.js';
import { confusionPlot } from '../../src/evaluation/plots/confusion-plot.js';
import { detPlot } from '../../src/evaluation/plots/det-plot.js';
import { scorePlot } from '../../src/evaluation/plots/score-plot.js';
import { normalScores } from './normal-scores.js';

const some = (name: string, genuine = 0.5) => ({
  name,
  genuine: ScoreHistogram.of(normalScores(200, genuine, 0.15)),
  impostor: ScoreHistogram.of(normalScores(1000, 0.05, 0.1)),
});
const hostile = some('a <b> & "c" \u0007 with a name that is much too long for any legend');
const empty = { name: 'empty', genuine: new ScoreHistogram(), impostor: new ScoreHistogram() };
const onlyGenuine = { ...empty, name: 'only genuine', genuine: ScoreHistogram.of([1, 0.9]) };
const separated = { name: 'separated', genuine: ScoreHistogram.of([0.9]), impostor: ScoreHistogram.of([-0.7]) };
const many = Array.from({ length: 19 }, (_, i) => some(`curve ${i}`, 0.4 + i / 50));

const cases = [
  ['one', [some('one')]],
  ['none', []],
  ['a name full of markup', [hostile]],
  ['scores that are not there', [empty, onlyGenuine]],
  ['separated scores', [separated]],
  ['more curves than colours', many],
] as const;

describe.each([
  ['the DET plot', detPlot],
  ['the plot of scores', scorePlot],
])('%s', (_, plot) => {
  it.each(cases)('the plot is a well-formed picture of %s', async (_name, scores) => {
    const svg = plot(scores);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    // librsvg reads strict XML.
    const { data, info } = await sharp(Buffer.from(svg))
      .flatten({ background: '#fff' })
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(svg).toContain(`width="${info.width}" height="${info.height}"`);
    expect(new Set(data).size).toBeGreaterThan(10);
  });
});

describe('a DET plot', () => {
  it('a DET plot has one curve and one line in the legend for each list', () => {
    expect(detPlot([some('one'), some('two'), empty]).match(/class="curve/g)).toHaveLength(4);
  });

  it('a DET plot is the same on every run', () => {
    expect(detPlot([some('one')])).toBe(detPlot([some('one')]));
  });
});

describe('the plot of outcomes', () => {
  const row = (label: string, expected: number | null, counts: number[]) => ({
    ...{ label, expected, counts, right: 0, apart: 0, wrong: 0 },
    images: counts.reduce((sum, n) => sum + n, 0),
  });

  it('the plot of outcomes is a well-formed picture with a cell for each outcome that occurred', async () => {
    const rows = [row('no_mask <b>', 200, [9, 1]), row('mask', 406, [0, 5]), row('tinted', null, [1, 1])];
    const svg = confusionPlot({ outcomes: ['200', '406 mask'], byLabel: rows });
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    expect(svg.match(/rx="3" class="f\d"/g)).toEqual(['f0', 'f1', 'f0', 'f7', 'f7'].map((c) => `rx="3" class="${c}"`));
    const { info } = await sharp(Buffer.from(svg)).raw().toBuffer({ resolveWithObject: true });
    expect(svg).toContain(`width="${info.width}" height="${info.height}"`);
  });
});
