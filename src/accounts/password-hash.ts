import { randomBytes, timingSafeEqual } from 'node:crypto';
import { argon2id } from 'hash-wasm';

/**
 * Parameters of Argon2id (RFC 9106): 19 MiB, two passes, one lane, what the OWASP Password Storage Cheat Sheet gives as the
 * least. A hash names its own, so that they may change here.
 */
const MEMORY_KIB = 19_456;
const PASSES = 2;
const LANES = 1;
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** The PHC string format of Argon2id, version 1.3. */
const form = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** Some 100 ms of one core. @returns in the PHC string format */
export function hashPassword(password: string): Promise<string> {
  return argon2id({
    password: normalised(password),
    salt: randomBytes(SALT_BYTES),
    memorySize: MEMORY_KIB,
    iterations: PASSES,
    parallelism: LANES,
    hashLength: HASH_BYTES,
    outputType: 'encoded',
  });
}

/** @param hash in the PHC string format; nothing else fits any password */
export async function fitsPassword(password: string, hash: string): Promise<boolean> {
  const [, memory, passes, lanes, salt = '', expected = ''] = form.exec(hash) ?? [];
  if (memory === undefined) return false;
  const wanted = Buffer.from(expected, 'base64');
  const found = await argon2id({
    password: normalised(password),
    salt: Buffer.from(salt, 'base64'),
    memorySize: Number(memory),
    iterations: Number(passes),
    parallelism: Number(lanes),
    hashLength: wanted.length,
    outputType: 'binary',
  });
  return timingSafeEqual(found, wanted);
}

/** Keyboards write the same letter in more than one way (NIST SP 800-63B, 3.1.1.2). An empty one stands for none. */
function normalised(password: string): string {
  return password.normalize('NFKC') || '\0';
}
