import { admin, session } from '../session.js';

/** People of one request: a screen and what is above and below it. */
const CHUNK = 60;

/** @typedef {{id: string, name: string, faces: number, portrait?: number | null}} Person */
/** @typedef {{search: string, sort: string, withoutFace: boolean}} Wish */

/**
 * The people of the collection as a list of places, which come in chunks as they are looked at.
 * @param {Wish} wish
 * @param {{onTotal: (total: number) => void, onChunk: (from: number, to: number) => void, onError: (error: unknown) => void}} listeners
 */
export function peopleSource({ search, sort, withoutFace }, { onTotal, onChunk, onError }) {
  const collection = session.collection;
  /** @type {(Person | undefined)[]} */
  const people = [];
  /** What was asked for, by chunk. */
  const asked = new Set();
  /** Where a chunk begins, told by the one before. @type {Map<number, string>} */
  const cursors = new Map();
  let isStopped = false;

  /** Asks for what is missing of these places. */
  function want(from, to) {
    for (let chunk = Math.floor(from / CHUNK); chunk * CHUNK < to; chunk++) {
      if (asked.has(chunk)) continue;
      asked.add(chunk);
      load(chunk);
    }
  }

  async function load(chunk) {
    try {
      const offset = chunk * CHUNK;
      const filter = withoutFace ? { without_face: 'true' } : {};
      const query = { collection, search, limit: CHUNK, sort, ...wayTo(chunk), ...filter };
      const { total, users, next } = await admin('GET', '/users', query);
      if (isStopped) return;
      if (next !== undefined) cursors.set(chunk + 1, next);
      for (const [i, user] of users.entries()) people[offset + i] = user;
      if (chunk === 0) onTotal(total);
      else onChunk(offset, offset + users.length);
    } catch (error) {
      asked.delete(chunk);
      if (!isStopped) onError(error);
    }
  }

  /** From the nearest known cursor, and past the places between: after a jump the server counts those, and nothing else. */
  function wayTo(chunk) {
    const known = Math.max(0, ...[...cursors.keys()].filter((one) => one <= chunk));
    const cursor = cursors.get(known);
    const skip = (chunk - known) * CHUNK;
    return { ...(cursor !== undefined && { cursor }), ...(skip > 0 && { offset: skip }) };
  }

  return {
    want,
    at: (index) => people[index],
    /** Those that have come. */
    get known() {
      return people.filter((one) => one !== undefined);
    },
    stop() {
      isStopped = true;
    },
  };
}
