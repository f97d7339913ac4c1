import { describe, expect, it } from 'vitest';
import { FaceSearchError } from '../../src/core/errors.js';
import { embedImages } from '../../src/evaluation/embed-images.js';
import type { PhotoEmbedder, PhotoOptions } from '../../src/vision/face-analyser.js';
import { tinyFolder } from './tiny-folder.js';

function analyser(embedPhoto: PhotoEmbedder['embedPhoto']): PhotoEmbedder {
  return { embedPhoto };
}

describe('embedding images', () => {
  it('embedding images takes one of several faces, without gates, each image once, no more at once than allowed', async () => {
    const names = Array.from({ length: 10 }, (_, i) => `${i}.jpg`);
    const folder = await tinyFolder(Object.fromEntries(names.map((name) => [name, name])));
    const seen: string[] = [];
    const asked = new Set<string>();
    let running = 0;
    let most = 0;
    const fake = analyser(async (image, options: PhotoOptions) => {
      most = Math.max(most, ++running);
      seen.push(image.toString());
      asked.add(JSON.stringify(options));
      await new Promise((resolve) => setTimeout(resolve, 1));
      running--;
      return { embedding: Float32Array.of(1), overruled: [], timings: {} };
    });
    const done: number[] = [];
    const { embeddings } = await embedImages(fake, folder, names, {
      version: 'v4',
      concurrency: 3,
      onProgress: (count) => done.push(count),
    });
    expect([...embeddings.keys()].sort()).toEqual(names);
    expect(seen.sort()).toEqual(names);
    expect(most).toBe(3);
    expect(done).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect([...asked].map((json) => JSON.parse(json))).toEqual([
      { version: 'v4', allowIdCard: true, severalFaces: 'largest', disableValidation: true, tellQuality: true },
    ]);
  });

  it('embedding images keeps the reason of a refusal, and stops at an error that is no refusal', async () => {
    const folder = await tinyFolder({ 'a.jpg': 'a', 'b.jpg': 'b' });
    const refusing = analyser(async (image) => {
      throw image.toString() === 'a'
        ? new FaceSearchError('NO_FACE', 'no-face')
        : new FaceSearchError('BAD_INPUT', 'image-format');
    });
    const options = { version: 'v3', concurrency: 1 } as const;
    const { failures } = await embedImages(refusing, folder, ['a.jpg', 'b.jpg'], options);
    expect([...failures]).toEqual([
      ['a.jpg', 'no-face'],
      ['b.jpg', 'image-format'],
    ]);
    const broken = analyser(() => Promise.reject(new Error('the model fell over')));
    await expect(embedImages(broken, folder, ['a.jpg'], options)).rejects.toThrow('the model fell over');
  });
});
