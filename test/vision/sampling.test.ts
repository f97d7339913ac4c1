import fc from 'fast-check';
import { describe, it } from 'vitest';
import { sampleTurned } from '../../src/vision/sample-turned.js';
import { sampleUpright } from '../../src/vision/sample-upright.js';
import { paint } from './images.js';

const side = fc.integer({ min: 1, max: 40 });
const step = fc.double({ min: 0.01, max: 12, noNaN: true });
const shift = fc.double({ min: -60, max: 60, noNaN: true });

describe('sampleUpright', () => {
  it('sampleUpright samples like one-by-one sampling, for images, rasters and maps of any shape', () => {
    fc.assert(
      fc.property(
        fc.record({ sourceWidth: side, sourceHeight: side, width: side, height: side }),
        fc.record({ a: step, d: step, tx: shift, ty: shift }),
        fc.constantFrom([0.5], [0.25, 0.75]),
        fc.constantFrom(0, 127),
        ({ sourceWidth, sourceHeight, width, height }, map, offsets, border) => {
          const source = paint(sourceWidth, sourceHeight, (x, y) => [(x * 37) % 256, (y * 91) % 256, (x * y) % 256]);
          const sampling = { source, map: { ...map, b: 0, c: 0 }, offsets, width, height, border };
          const expected = sampleTurned(sampling);
          const found = sampleUpright(sampling);
          return (
            found.length === expected.length && found.every((v, i) => Math.abs(v - (expected[i] as number)) < 1e-3)
          );
        },
      ),
      { numRuns: 500 },
    );
  });
});
