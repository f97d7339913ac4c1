import { admin } from '../session.js';

/**
 * The person whom a file or folder is called after: the one with this id, or else the only one with this name.
 * @param {string} collection
 * @param {{id: string, name: string}} called `name` is part of `id`, or the same
 * @returns {Promise<{id: string, name: string, faces: number} | undefined>}
 * @throws {Refused}
 */
export async function knownPerson(collection, { id, name }) {
  const { users } = await admin('GET', '/users', { collection, search: name, limit: 200 });
  const called = users.filter((one) => plain(one.name) === plain(name));
  return users.find((one) => one.id === id) ?? (called.length === 1 ? called[0] : undefined);
}

/** Names of files come in several Unicode forms. */
function plain(text) {
  return text.normalize('NFC').trim().toLowerCase();
}
