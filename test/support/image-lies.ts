import { gzipSync } from 'node:zlib';

/** The header chunk begins at byte 12: its type, then width, height, depth and kind of colour; its checksum is corrected. */
export function lieInPng(png: Buffer, width: number, height: number, depth?: number, colour?: number): Buffer {
  png.writeUInt32BE(width, 16);
  png.writeUInt32BE(height, 20);
  if (depth !== undefined) png[24] = depth;
  if (colour !== undefined) png[25] = colour;
  // The trailer of a gzip file begins with the same checksum that PNG wants.
  const zipped = gzipSync(png.subarray(12, 29));
  png.writeUInt32BE(zipped.readUInt32LE(zipped.length - 8), 29);
  return png;
}

/** Frame headers hold precision, height, width and number of components from the fifth byte of their segment. */
export function lieInJpeg(jpeg: Buffer, width: number, height: number, depth?: number, components?: number): void {
  for (let i = 2; i + 10 < jpeg.length && jpeg[i] === 0xff; i += 2 + jpeg.readUInt16BE(i + 2)) {
    const marker = jpeg[i + 1] as number;
    if (marker < 0xc0 || marker > 0xc2) continue;
    jpeg.writeUInt16BE(height, i + 5);
    jpeg.writeUInt16BE(width, i + 7);
    if (depth !== undefined) jpeg[i + 4] = depth;
    if (components !== undefined) jpeg[i + 9] = components;
    return;
  }
}
