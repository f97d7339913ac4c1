/** Continuous image coordinates in pixels: pixel (0,0) covers [0,1)x[0,1) and has its centre at (0.5,0.5). */
export interface Point {
  x: number;
  y: number;
}

/** Axis-aligned box in pixels. It may reach beyond the image. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** In square pixels. */
export function area({ width, height }: Pick<Box, 'width' | 'height'>): number {
  return width * height;
}

/** A box of a shrunk photo in pixels of the photo. */
export function timesShrink({ x, y, width, height }: Box, shrink: number): Box {
  return { x: x * shrink, y: y * shrink, width: width * shrink, height: height * shrink };
}

/** A face as the detector saw it. */
export interface DetectedFace {
  box: Box;
  /** 0–1. */
  score: number;
  /** Left eye, right eye, nose tip, left and right mouth corner (as seen in the image), when the detector gives them. */
  fivePoints?: Point[];
}

/** A map of the plane: (x, y) becomes (a·x + b·y + tx, c·x + d·y + ty). */
export interface Affine {
  a: number;
  b: number;
  c: number;
  d: number;
  tx: number;
  ty: number;
}

/** The map from a `width`x`height` raster onto a box, for example from a network's input to a crop of the photo. */
export function rasterToBox(box: Box, width: number, height: number): Affine {
  return { a: box.width / width, b: 0, c: 0, d: box.height / height, tx: box.x, ty: box.y };
}

/** The map that applies `inner` first and `outer` to its result. */
export function compose(outer: Affine, inner: Affine): Affine {
  return {
    a: outer.a * inner.a + outer.b * inner.c,
    b: outer.a * inner.b + outer.b * inner.d,
    c: outer.c * inner.a + outer.d * inner.c,
    d: outer.c * inner.b + outer.d * inner.d,
    tx: outer.a * inner.tx + outer.b * inner.ty + outer.tx,
    ty: outer.c * inner.tx + outer.d * inner.ty + outer.ty,
  };
}

export function intersectionOverUnion(p: Box, q: Box): number {
  const shared = sharedArea(p, q);
  return shared === 0 ? 0 : shared / (area(p) + area(q) - shared);
}

/** How much of `part` lies within `whole`, 0–1. */
export function shareWithin(part: Box, whole: Box): number {
  return sharedArea(part, whole) / area(part);
}

function sharedArea(p: Box, q: Box): number {
  const width = Math.min(p.x + p.width, q.x + q.width) - Math.max(p.x, q.x);
  const height = Math.min(p.y + p.height, q.y + q.height) - Math.max(p.y, q.y);
  return width > 0 && height > 0 ? width * height : 0;
}

/** The smallest box around some points. */
export function boundingBox(points: readonly Point[]): Box {
  let left = Infinity;
  let top = Infinity;
  let right = -Infinity;
  let bottom = -Infinity;
  for (const { x, y } of points) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x);
    bottom = Math.max(bottom, y);
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** The centre of some points. */
export function mean(points: readonly Point[]): Point {
  const sum = points.reduce((total, { x, y }) => ({ x: total.x + x, y: total.y + y }), { x: 0, y: 0 });
  return { x: sum.x / points.length, y: sum.y / points.length };
}
