import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** RFC 6238 with what every authenticator app takes: SHA-1, six digits, steps of 30 seconds. */
const STEP_MS = 30_000;
const DIGITS = 6;

/** Bytes of a secret, as RFC 4226 recommends. */
const SECRET_BYTES = 20;

/** Steps before and after the present one whose codes count, too: clocks differ, and typing takes time (RFC 6238, 5.2). */
const TOLERANCE = 1;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** @returns a new secret, in base32 without padding */
export function makeSecret(): string {
  return toBase32(randomBytes(SECRET_BYTES));
}

/** The code of a time step. @param secret in base32 */
export function codeOf(secret: string, step: number, digits = DIGITS): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', fromBase32(secret)).update(counter).digest();
  // Dynamic truncation (RFC 4226, 5.3).
  const offset = (mac.at(-1) ?? 0) & 0x0f;
  const number = mac.readUInt32BE(offset) & 0x7fff_ffff;
  return String(number % 10 ** digits).padStart(digits, '0');
}

/** The number of a time step. */
export function stepAt(time: Date): number {
  return Math.floor(time.getTime() / STEP_MS);
}

/** @returns the step that the code belongs to; undefined for one that is wrong now */
export function stepOf(code: string, secret: string, now: Date): number | undefined {
  const given = Buffer.from(code.replace(/\s/g, ''));
  let found: number | undefined;
  for (let step = stepAt(now) - TOLERANCE; step <= stepAt(now) + TOLERANCE; step++) {
    const expected = Buffer.from(codeOf(secret, step));
    if (given.length === expected.length && timingSafeEqual(given, expected)) found = step;
  }
  return found;
}

/** Name of a user in the address, as far as a QR code of the console holds it. */
const MAX_LABEL = 22;

/** What an authenticator app reads from a QR code; at most 106 ASCII characters. */
export function otpauthUrl(name: string, secret: string): string {
  const label = `FaceSearch:${name.slice(0, MAX_LABEL)}`;
  return `otpauth://totp/${label}?secret=${secret}&issuer=FaceSearch`;
}

/** RFC 4648, without padding. */
export function toBase32(bytes: Buffer): string {
  let bits = '';
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0');
  return (bits.match(/.{1,5}/g) ?? []).map((five) => ALPHABET[Number.parseInt(five.padEnd(5, '0'), 2)]).join('');
}

function fromBase32(text: string): Buffer {
  const bits = [...text].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((eight) => Number.parseInt(eight, 2)));
}
