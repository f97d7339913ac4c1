import sharp from 'sharp';
import { photo } from '../support/photos.js';

const limit = 5 * 1024 * 1024;

/** A JPEG of an exact size: what follows the end of the image is no part of it. */
function padded(jpeg: Buffer, size: number): Buffer {
  return Buffer.concat([jpeg, Buffer.alloc(size - jpeg.length)]);
}

const franck = photo('franck_01829.jpg');
const audrey = photo('audrey.jpg');
const blank = sharp({ create: { width: 640, height: 480, channels: 3, background: '#777' } });

/** What the contract table sends: real faces, and images made to be refused. */
export const photos = {
  franck,
  franckAgain: photo('franck_02045.jpg'),
  audrey,
  cage: photo('cage.jpg'),
  crop: photo('audrey_crop.jpg'),
  group: photo('sample1.jpg'),
  tooSmall: photo('SeanConnery.jpg'),
  png: await sharp(franck).png().toBuffer(),
  noFace: await blank.clone().jpeg().toBuffer(),
  gif: await blank.clone().gif().toBuffer(),
  webp: await sharp(franck).webp().toBuffer(),
  damaged: franck.subarray(0, Math.floor(franck.length / 2)),
  /** The face alone, filling the frame. */
  tooClose: await sharp(audrey)
    .extract({ left: 150, top: 200, width: 240, height: 300 })
    .resize(640, 800)
    .jpeg()
    .toBuffer(),
  atLimit: padded(franck, limit),
  overLimit: padded(franck, limit + 1),
} as const;
