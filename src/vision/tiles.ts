import type { Box, DetectedFace } from './geometry.js';

/** How much two neighbouring tiles share: any face no wider than this share of a tile is whole in one of them. */
const OVERLAP = 0.25;

/** A box that comes as near to an inner edge of its tile, in sides of the tile, may be cut there. */
const EDGE = 0.01;

/**
 * Tiles of a picture in several sizes, each twice that of the one before, the largest about as large as the picture: in one of
 * them any face from a given width up is whole, and neither too small nor too large for a detector.
 * @param least width and height of the smallest tiles, in pixels
 */
export function tilesOf({ width, height }: Pick<Box, 'width' | 'height'>, least: Pick<Box, 'width' | 'height'>): Box[] {
  const tiles: Box[] = [];
  for (let size = least; size.width < width || size.height < height; size = twice(size)) {
    const tile = { width: Math.min(size.width, width), height: Math.min(size.height, height) };
    for (const y of placesOf(height, tile.height)) {
      for (const x of placesOf(width, tile.width)) tiles.push({ x, y, ...tile });
    }
  }
  return tiles;
}

/** Whether a face lies at an edge of its tile inside the picture: it is whole in another tile. */
export function isCut({ box }: DetectedFace, tile: Box, picture: Pick<Box, 'width' | 'height'>): boolean {
  const [dx, dy] = [EDGE * tile.width, EDGE * tile.height];
  return (
    (box.x < tile.x + dx && tile.x > 0) ||
    (box.y < tile.y + dy && tile.y > 0) ||
    (box.x + box.width > tile.x + tile.width - dx && tile.x + tile.width < picture.width) ||
    (box.y + box.height > tile.y + tile.height - dy && tile.y + tile.height < picture.height)
  );
}

function twice({ width, height }: Pick<Box, 'width' | 'height'>) {
  return { width: 2 * width, height: 2 * height };
}

/** Where tiles begin along a side, evenly. */
function placesOf(side: number, tile: number): number[] {
  const steps = Math.ceil((side - tile) / (tile * (1 - OVERLAP)));
  return Array.from({ length: steps + 1 }, (_, i) => (steps === 0 ? 0 : (i * (side - tile)) / steps));
}
