/**
 * QR codes (ISO/IEC 18004) of up to 106 bytes: byte mode, error correction L, versions 1 to 5, which have one block each.
 * Enough for the address of a second factor, which thus reaches no other host.
 */

/** Code words of data and of error correction, by version from 1. */
const versions = [
  { data: 19, correction: 7 },
  { data: 34, correction: 10 },
  { data: 55, correction: 15 },
  { data: 80, correction: 20 },
  { data: 108, correction: 26 },
];

/** Of error correction L. */
const LEVEL = 0b01;

const masks = [
  (x, y) => (x + y) % 2 === 0,
  (_x, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(y / 2) + Math.floor(x / 3)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

/**
 * @param {string} text
 * @returns {boolean[][]} rows of modules, true is dark; without the quiet zone of four modules
 * @throws {Error} for more than 106 bytes
 */
export function qrCode(text) {
  const bytes = new TextEncoder().encode(text);
  const index = versions.findIndex(({ data }) => bytes.length + 2 <= data);
  if (index < 0) throw new Error('too long for a QR code of this console');
  const { data, correction } = versions[index];
  const words = dataWords(bytes, data);
  const bits = [...words, ...remainder(words, correction)].flatMap((word) => bitsOf(word, 8));
  const codes = masks.map((_, mask) => drawn(index + 1, bits, mask));
  const penalties = codes.map(penalty);
  return codes[penalties.indexOf(Math.min(...penalties))];
}

function dataWords(bytes, length) {
  const bits = [...bitsOf(0b0100, 4), ...bitsOf(bytes.length, 8), ...[...bytes].flatMap((byte) => bitsOf(byte, 8))];
  bits.push(...Array(Math.min(4, length * 8 - bits.length)).fill(0));
  while (bits.length % 8 !== 0) bits.push(0);
  const words = [];
  for (let i = 0; i < bits.length; i += 8) words.push(Number.parseInt(bits.slice(i, i + 8).join(''), 2));
  for (let pad = 0xec; words.length < length; pad ^= 0xec ^ 0x11) words.push(pad);
  return words;
}

function bitsOf(number, length) {
  return Array.from({ length }, (_, i) => (number >> (length - 1 - i)) & 1);
}

/** Product in the field of 256 elements of the polynomial 0x11d. */
function times(a, b) {
  let product = 0;
  for (let i = 7; i >= 0; i--) {
    product = (product << 1) ^ (product >> 7 ? 0x11d : 0);
    if ((b >> i) & 1) product ^= a;
  }
  return product;
}

/** Reed-Solomon code words: the remainder by the polynomial with the roots 2^0 … 2^(length - 1). */
function remainder(words, length) {
  let generator = [1];
  for (let i = 0, root = 1; i < length; i++, root = times(root, 2)) {
    const next = [...generator, 0];
    for (const [j, factor] of generator.entries()) next[j + 1] ^= times(factor, root);
    generator = next;
  }
  const rest = Array(length).fill(0);
  for (const word of words) {
    const factor = word ^ rest.shift();
    rest.push(0);
    for (let i = 0; i < length; i++) rest[i] ^= times(generator[i + 1], factor);
  }
  return rest;
}

function drawn(version, bits, mask) {
  const size = 17 + 4 * version;
  /** @type {(boolean | undefined)[][]} */
  const rows = Array.from({ length: size }, () => Array(size).fill(undefined));
  const set = (x, y, dark) => {
    if (x >= 0 && y >= 0 && x < size && y < size) rows[y][x] = dark;
  };
  // Finder patterns with their separators.
  for (const [left, top] of [
    [0, 0],
    [size - 7, 0],
    [0, size - 7],
  ])
    for (let dy = -1; dy <= 7; dy++)
      for (let dx = -1; dx <= 7; dx++) {
        const ring = Math.max(Math.abs(dx - 3), Math.abs(dy - 3));
        set(left + dx, top + dy, ring !== 2 && ring !== 4);
      }
  for (let i = 8; i < size - 8; i++) {
    set(i, 6, i % 2 === 0);
    set(6, i, i % 2 === 0);
  }
  if (version > 1)
    for (let dy = -2; dy <= 2; dy++)
      for (let dx = -2; dx <= 2; dx++) set(size - 7 + dx, size - 7 + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
  drawFormat(set, size, mask);
  let next = 0;
  // Two columns at a time from the right, up and down by turns, past the column of the timing pattern.
  for (let right = size - 1, up = true; right > 0; right -= 2, up = !up) {
    if (right === 6) right = 5;
    for (let i = 0; i < size; i++) {
      const y = up ? size - 1 - i : i;
      for (const x of [right, right - 1]) {
        if (rows[y][x] !== undefined) continue;
        rows[y][x] = (bits[next++] === 1) !== masks[mask](x, y);
      }
    }
  }
  return rows.map((row) => row.map(Boolean));
}

/** Level and mask, twice, in a BCH code; and the one dark module. */
function drawFormat(set, size, mask) {
  const format = (LEVEL << 3) | mask;
  let rest = format;
  for (let i = 0; i < 10; i++) rest = (rest << 1) ^ ((rest >> 9) * 0x537);
  const bits = ((format << 10) | rest) ^ 0x5412;
  const bit = (i) => ((bits >> i) & 1) === 1;
  for (let i = 0; i < 6; i++) set(8, i, bit(i));
  set(8, 7, bit(6));
  set(8, 8, bit(7));
  set(7, 8, bit(8));
  for (let i = 9; i < 15; i++) set(14 - i, 8, bit(i));
  for (let i = 0; i < 8; i++) set(size - 1 - i, 8, bit(i));
  for (let i = 8; i < 15; i++) set(8, size - 15 + i, bit(i));
  set(8, size - 8, true);
}

/** How hard a code is to read: the mask with the lowest number is taken. */
function penalty(rows) {
  const columns = rows.map((_, x) => rows.map((row) => row[x]));
  let sum = 0;
  for (const line of [...rows, ...columns]) {
    const text = line.map(Number).join('');
    for (const [run] of text.matchAll(/0{5,}|1{5,}/g)) sum += run.length - 2;
    for (let i = 0; i + 11 <= text.length; i++)
      if (['10111010000', '00001011101'].includes(text.slice(i, i + 11))) sum += 40;
  }
  for (let y = 1; y < rows.length; y++)
    for (let x = 1; x < rows.length; x++)
      if (rows[y][x] === rows[y - 1][x] && rows[y][x] === rows[y][x - 1] && rows[y][x] === rows[y - 1][x - 1]) sum += 3;
  const dark = rows.flat().filter(Boolean).length / rows.length ** 2;
  return sum + 10 * Math.floor(Math.abs(dark - 0.5) * 20);
}
