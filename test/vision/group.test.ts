import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { loadPack } from '../../src/models/pack.js';
import { defaultManifestPath } from '../../src/util/paths.js';
import { Pipeline } from '../../src/vision/pipeline.js';
import { isCut, tilesOf } from '../../src/vision/tiles.js';
import { photo } from '../support/photos.js';
import { noLimits } from './images.js';

const anything = { version: 'v3', allowIdCard: true, severalFaces: 'largest', disableValidation: true } as const;
const all = { version: 'v3', least: 40, most: 50 } as const;
const people = ['franck_01829.jpg', 'audrey.jpg', 'cage.jpg', 'SeanConnery.jpg'];
const [WIDTH, HEIGHT] = [3600, 2400];

let pipeline: Pipeline;

beforeAll(async () => {
  pipeline = await Pipeline.load(await loadPack(defaultManifestPath, 'default'), noLimits);
});

/** A large photo with the heads of the four people, each with a face of a width. @param places left and top of each face */
async function groupOf(width: number, places: readonly (readonly [number, number])[]): Promise<Buffer> {
  const heads = await Promise.all(
    people.map(async (name, i) => {
      const { faces } = await pipeline.analysePhoto(photo(name), anything);
      const box = faces[0]?.box ?? { x: 0, y: 0, width: 1, height: 1 };
      const { width: whole = 0, height: high = 0 } = await sharp(photo(name)).metadata();
      const left = Math.max(0, Math.floor(box.x - box.width / 2));
      const top = Math.max(0, Math.floor(box.y - box.height / 2));
      const cut = {
        left,
        top,
        width: Math.min(whole - left, Math.ceil(2 * box.width)),
        height: Math.min(high - top, Math.ceil(2 * box.height)),
      };
      const input = await sharp(photo(name))
        .extract(cut)
        .resize(Math.round((cut.width * width) / box.width))
        .toBuffer();
      const [x, y] = places[i] ?? [0, 0];
      return { input, left: x, top: y };
    }),
  );
  const background = { r: 120, g: 130, b: 140 };
  return sharp({ create: { width: WIDTH, height: HEIGHT, channels: 3, background } })
    .composite(heads)
    .jpeg({ quality: 92 })
    .toBuffer();
}

function cosine(p: Float32Array, q: Float32Array): number {
  return p.reduce((sum, value, i) => sum + value * (q[i] as number), 0);
}

test.each([48, 300, 600])(
  'each person on a large photo is found once and embedded, with faces %i pixels wide',
  async (width) => {
    const places = [
      [40, 60],
      [WIDTH / 2 - 100, HEIGHT / 2 - 80],
      [WIDTH - 2 * width - 20, 30],
      [700, HEIGHT - 2.6 * width - 10],
    ].map(([x = 0, y = 0]) => [Math.max(0, Math.round(x)), Math.max(0, Math.round(y))] as const);
    const group = await groupOf(width, places);
    const found = await pipeline.embedGroup(group, all);
    expect([found.width, found.height]).toEqual([WIDTH, HEIGHT]);
    // Of the largest faces, those that lie over others hide them.
    const visible = width === 600 ? 2 : 4;
    const names = new Set<string>();
    for (const { embedding, box } of found.faces) {
      expect(box.width).toBeGreaterThan(0.5 * width);
      for (const name of people) {
        const { embedding: single } = await pipeline.embedPhoto(photo(name), anything);
        if (cosine(embedding, single) > 0.5) names.add(name);
      }
    }
    expect(names.size).toBeGreaterThanOrEqual(visible);
    expect(found.faces.length).toBeLessThanOrEqual(4);
    const largest = await pipeline.embedGroup(group, { ...all, most: 1 });
    expect(largest.faces).toHaveLength(1);
    expect(largest.left).toBeGreaterThan(0);
  },
);

test('a photo without people has none, and a broken one is refused', async () => {
  const empty = await sharp({ create: { width: 800, height: 600, channels: 3, background: 'grey' } })
    .jpeg()
    .toBuffer();
  expect(await pipeline.embedGroup(empty, all)).toMatchObject({ width: 800, height: 600, faces: [], left: 0 });
  await expect(pipeline.embedGroup(Buffer.from('x'), all)).rejects.toMatchObject({ reason: 'image-format' });
});

test('any face that is no wider than a quarter of a tile is whole in a tile of its size', () => {
  const picture = { width: 3999, height: 2671 };
  const least = { width: 480, height: 360 };
  const tiles = tilesOf(picture, least);
  for (let i = 0; i < 500; i++) {
    const size = 40 * 1.01 ** (i % 250);
    const at = (side: number, part: number) => (side - size) * ((i * part) % 1);
    const box = { x: at(picture.width, 0.618), y: at(picture.height, 0.382), width: size, height: size };
    const whole = tiles.filter(
      (tile) =>
        size <= tile.height / 4 &&
        box.x >= tile.x &&
        box.y >= tile.y &&
        box.x + size <= tile.x + tile.width &&
        box.y + size <= tile.y + tile.height &&
        !isCut({ box, score: 1 }, tile, picture),
    );
    if (size <= (0.9 * Math.min(picture.height, least.height)) / 4) expect(whole.length).toBeGreaterThan(0);
  }
  expect(tilesOf({ width: 300, height: 200 }, least)).toEqual([]);
});
