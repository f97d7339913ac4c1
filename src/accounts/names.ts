import { FaceSearchError } from '../core/errors.js';

const form = /^[a-z0-9][a-z0-9._@+-]{0,63}$/;

/** The tenant of a log-in that names none. */
export const DEFAULT_TENANT = 'default';

/** Small letters. What is no name of a console user fits none. */
function normalised(name: string): string {
  return name.trim().toLowerCase();
}

/** @param user `name` or `tenant/name` */
export function parseLogin(user: string): { tenant: string; name: string } {
  const slash = user.lastIndexOf('/');
  return { tenant: slash < 0 ? DEFAULT_TENANT : user.slice(0, slash), name: normalised(user.slice(slash + 1)) };
}

/** @throws FaceSearchError BAD_INPUT for what cannot be the name of a console user */
export function checkedName(name: string): string {
  const checked = normalised(name);
  if (!form.test(checked))
    throw bad('name', 'must have 1 to 64 of these characters: a-z, 0-9, dot, hyphen, underscore, plus and @');
  return checked;
}

/** Characters of a password; the most bounds the work of hashing (NIST SP 800-63B asks for 64 at least). */
const MIN_PASSWORD = 10;
const MAX_PASSWORD = 128;

/** @throws FaceSearchError BAD_INPUT for one that is too short, too long or tells the name */
export function checkPassword(password: string, name: string): void {
  const length = [...password].length;
  if (length < MIN_PASSWORD || length > MAX_PASSWORD)
    throw bad('password', `must have ${MIN_PASSWORD} to ${MAX_PASSWORD} characters`);
  if (password.toLowerCase().includes(name)) throw bad('password', 'must not contain the name');
}

function bad(field: string, fault: string): FaceSearchError {
  return new FaceSearchError('BAD_INPUT', 'field-value', { field, fault });
}
