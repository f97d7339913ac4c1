import { fitsPassword, hashPassword } from './password-hash.js';

/** What a thread of {@link Passwords} does. */
export type PasswordTask = { password: string; hash?: string | undefined };

/** The hash of a password, or whether a hash is that of the password. */
export function run({ password, hash }: PasswordTask): Promise<string | boolean> {
  return hash === undefined ? hashPassword(password) : fitsPassword(password, hash);
}
