import { createHash, randomBytes } from 'node:crypto';
import { toBase32 } from './totp.js';

/** How many a user gets. */
const CODES = 10;

/** 80 random bits, so that one round of a hash is enough. */
const CODE_BYTES = 10;

/** New codes, each of which takes the place of a second factor once: four groups of four letters and digits. */
export function makeRecoveryCodes(): string[] {
  return Array.from({ length: CODES }, () => (toBase32(randomBytes(CODE_BYTES)).match(/.{4}/g) ?? []).join('-'));
}

/** @param code also without its hyphens, or in small letters */
export function hashRecoveryCode(code: string): Buffer {
  return createHash('sha256').update(code.replace(/[\s-]/g, '').toUpperCase()).digest();
}
