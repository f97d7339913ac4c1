import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import { lieInJpeg, lieInPng } from '../support/image-lies.js';

/** A photo that mutations start from. */
export interface BasePhoto {
  name: string;
  bytes: Buffer;
}

/** Each kind of file that the server reads, small enough for thousands of runs. */
export async function basePhotos(photo: Buffer): Promise<BasePhoto[]> {
  const small = () => sharp(photo).resize(200, 150, { fit: 'cover' });
  const kinds: Record<string, Sharp> = {
    jpeg: small().jpeg(),
    'jpeg, progressive': small().jpeg({ progressive: true }),
    'jpeg, gray': small().greyscale().jpeg(),
    'jpeg, CMYK': small().toColourspace('cmyk').jpeg(),
    'jpeg, turned, with profile': small().rotate(270).withMetadata({ orientation: 6 }).jpeg(),
    png: small().png(),
    'png, palette': small().png({ palette: true }),
    'png, interlaced': small().png({ progressive: true }),
    'png, 16 bits and alpha': small().ensureAlpha(0.5).toColourspace('rgb16').png(),
  };
  return Promise.all(Object.entries(kinds).map(async ([name, image]) => ({ name, bytes: await image.toBuffer() })));
}

/** A change to a file; places are told as fractions, so that one mutation fits every photo. */
type Mutation = (bytes: Buffer) => Buffer;

const place = fc.double({ min: 0, max: 0.9999, noNaN: true });
/** Half of them in the first fiftieth of the file, where its headers are. */
const spot = fc.oneof(
  place,
  place.map((at) => at / 50),
);
/** Behind the first bytes, by which the server knows the format and refuses all others at once. */
const at = (bytes: Buffer, fraction: number) => 8 + Math.floor((bytes.length - 8) * fraction);

const flips: fc.Arbitrary<Mutation> = fc
  .array(fc.tuple(spot, fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 12 })
  .map((changes) => (bytes) => {
    const copy = Buffer.from(bytes);
    for (const [where, flip] of changes) copy[at(copy, where)] = (copy[at(copy, where)] as number) ^ flip;
    return copy;
  });

const truncation: fc.Arbitrary<Mutation> = place.map((end) => (bytes) => bytes.subarray(0, at(bytes, end)));

/** A stretch that is left out, said twice, or replaced by noise. */
const stretch: fc.Arbitrary<Mutation> = fc
  .tuple(
    spot,
    fc.integer({ min: 1, max: 600 }),
    fc.constantFrom('cut', 'twice', 'noise'),
    fc.uint8Array({ minLength: 600, maxLength: 600 }),
  )
  .map(([from, length, what, noise]) => (bytes) => {
    const start = at(bytes, from);
    const middle = bytes.subarray(start, start + length);
    const instead = { cut: [], twice: [middle, middle], noise: [Buffer.from(noise.subarray(0, length))] }[what];
    return Buffer.concat([bytes.subarray(0, start), ...(instead as Buffer[]), bytes.subarray(start + length)]);
  });

const size = fc.oneof(
  fc.integer({ min: 0, max: 400 }),
  fc.constantFrom(0, 1, 1000, 7000, 30_000, 65_500, 0x7fffffff, 0xffffffff),
);

/** The header tells another size or another kind of pixels than the data has. */
const headerLie: fc.Arbitrary<Mutation> = fc
  .tuple(
    size,
    size,
    fc.constantFrom(0, 1, 2, 4, 8, 12, 16),
    fc.constantFrom(0, 2, 3, 4, 6, 7),
    fc.integer({ min: 0, max: 7 }),
  )
  .map(([width, height, depth, colour, which]) => (bytes) => {
    const copy = Buffer.from(bytes);
    if (copy[0] === 0x89) lieInPng(copy, width, height, which & 1 ? depth : undefined, which & 2 ? colour : undefined);
    else
      lieInJpeg(copy, width & 0xffff, height & 0xffff, which & 1 ? depth : undefined, which & 2 ? colour : undefined);
    return copy;
  });

/** Something before or after the image, as polyglots have it. */
const wrapping: fc.Arbitrary<Mutation> = fc
  .tuple(
    fc.constantFrom('GIF89a', '%PDF-1.4', 'PK\x03\x04', '<svg/>', '\x89PNG\r\n\x1a\n', '\xff\xd8\xff'),
    fc.integer({ min: 0, max: 9 }),
  )
  .map(
    ([text, before]) =>
      (bytes) =>
        Buffer.concat(before === 0 ? [Buffer.from(text, 'latin1'), bytes] : [bytes, Buffer.from(text, 'latin1')]),
  );

/** One to three changes. */
export const mutation: fc.Arbitrary<Mutation> = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: flips },
      { weight: 1, arbitrary: truncation },
      { weight: 2, arbitrary: stretch },
      { weight: 3, arbitrary: headerLie },
      { weight: 1, arbitrary: wrapping },
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map(
    (changes) => (bytes) =>
      changes.reduce((changed, change) => (changed.length > 40 ? change(changed) : changed), bytes),
  );
