import { beforeAll, describe, expect, it } from 'vitest';
import { renderings } from '../../../scripts/liveness/renderings.js';
import { loadPack } from '../../../src/models/pack.js';
import { defaultManifestPath } from '../../../src/util/paths.js';
import type { PhotoOptions } from '../../../src/vision/face-analyser.js';
import { livenessView } from '../../../src/vision/gates/liveness.js';
import { Pipeline } from '../../../src/vision/pipeline.js';
import { photo } from '../../support/photos.js';
import { noLimits } from '../images.js';

const strict: PhotoOptions = { version: 'v3', allowIdCard: false, severalFaces: 'refuse', disableValidation: false };
const live = photo('franck_01829.jpg');
let onScreen: Buffer;

async function pipelineWith(liveness: 'off' | 'report' | 'refuse'): Promise<Pipeline> {
  return Pipeline.load(await loadPack(defaultManifestPath, 'default'), { ...noLimits, liveness });
}

beforeAll(async () => {
  onScreen = (await renderings['screen with its frame']?.(live)) as Buffer;
});

describe('the liveness gate', () => {
  it('refuses the rendering of a screen before the camera, and no person', async () => {
    const pipeline = await pipelineWith('refuse');
    await expect(pipeline.embedPhoto(onScreen, strict)).rejects.toMatchObject({
      errorName: 'NOT_LIVE',
      reason: 'not-live',
    });
    expect((await pipeline.embedPhoto(live, strict)).embedding).toHaveLength(512);
    expect(await pipeline.lookAt(onScreen, strict)).toMatchObject({
      refusal: { errorName: 'NOT_LIVE' },
      faces: [{ fault: null }],
    });
    expect(await pipeline.lookAt(onScreen, strict)).not.toHaveProperty('embedding');
    // Neither a client's option nor a comparison with a document is a way around it, or is met by it.
    await expect(pipeline.embedPhoto(onScreen, { ...strict, disableValidation: true })).rejects.toThrow();
    expect((await pipeline.embedForMatch(onScreen, { disableValidation: true })).embedding).toHaveLength(512);
  });

  it('only tells its score where it reports', async () => {
    const pipeline = await pipelineWith('report');
    const { faces, refusal, embedding } = await pipeline.lookAt(onScreen, strict);
    expect(refusal).toBeNull();
    expect(faces[0]?.liveness).toBeLessThan(0.5);
    expect(embedding).toHaveLength(512);
    expect((await pipeline.embedPhoto(onScreen, strict)).embedding).toEqual(embedding);
    expect((await pipeline.analysePhoto(live, strict)).faces[0]?.liveness).toBeGreaterThan(0.9);
  });

  it('is not asked where it is off', async () => {
    const { faces } = await (await pipelineWith('off')).analysePhoto(onScreen, strict);
    expect(faces[0]?.liveness).toBeNull();
  });

  it.each([
    ['in the middle', { x: 100, y: 100, width: 50, height: 60 }, { x: 57.5, y: 49, width: 135, height: 162 }],
    ['at an edge', { x: 0, y: 100, width: 50, height: 60 }, { x: 0, y: 49, width: 135, height: 162 }],
    ['of a large face', { x: 40, y: 60, width: 200, height: 200 }, { x: 0, y: 0, width: 300, height: 300 }],
  ])('looks at 2.7 times the face, within the photo: %s', (_, box, view) => {
    expect(livenessView(box, 2.7, { width: 300, height: 300 })).toEqual(view);
  });
});
