import { field } from '../support/multipart.js';
import type { FaceLibrary } from './face-library.js';
import { type People, UNKNOWN_ID, vectorsOf } from './known-state.js';
import type { Calls, LoadClient, Place } from './load-client.js';

type CallsOf = (tenant: string) => Calls;

/** Erased vectors of a collection that are looked for each time; all of them at the end. */
const GONE_SAMPLE = 10;

/**
 * Compares what the server says with the client's log. The unacknowledged call, if there is one, is then known to have
 * happened or not.
 * @param all look for every erased vector, not only for those that came last
 * @throws Error that says what was lost, kept or half done
 */
export async function compare(client: LoadClient, callsOf: CallsOf, faces: FaceLibrary, all: boolean): Promise<void> {
  for (const [i, place] of client.places.entries()) {
    const calls = callsOf(place.tenant);
    const listed = await list(client, place, calls);
    const before = client.known[i] as People;
    const candidates =
      client.pending?.place === i ? [before, resolved(client.pending.after, before, listed)] : [before];
    const problems: string[] = [];
    for (const candidate of candidates) {
      const problem = await difference(candidate, listed, [...candidates.flatMap(vectorsOf)], place, calls, faces);
      if (problem !== undefined) {
        problems.push(problem);
        continue;
      }
      if (client.pending?.place === i) client.settle(i, candidate);
      problems.length = 0;
      break;
    }
    if (problems.length > 0) throw new Error(`${place.tenant}/${place.collection}: ${problems.join('; or: ')}`);
    const gone = [...(client.gone[i] as Set<string>)];
    for (const vector of all ? gone : gone.slice(-GONE_SAMPLE)) {
      const owner = await ownerOf(vector, place, calls, faces);
      if (owner !== undefined) throw new Error(`${place.collection}: an erased vector finds ${owner}`);
    }
  }
}

async function list(client: LoadClient, place: Place, { get }: Calls): Promise<[id: string, name: string][]> {
  const { json } = await get(`/list?collection=${place.collection}`);
  const users = json.data as { id: string; name: string }[];
  return users.filter(({ id }) => client.owns(id, place)).map(({ id, name }) => [id, name]);
}

/** Gives the person whom the server made, and did not tell of, the id that is new in the list. */
function resolved(after: People, before: People, listed: readonly [string, string][]): People {
  const made = listed.find(([id]) => !before.has(id))?.[0] ?? UNKNOWN_ID;
  return new Map([...after].map(([id, person]) => [id === UNKNOWN_ID ? made : id, person]));
}

/** Undefined when the server's state is the one given: names, order, every vector, and none of the others. */
async function difference(
  people: People,
  listed: readonly [string, string][],
  vectors: readonly string[],
  place: Place,
  calls: Calls,
  faces: FaceLibrary,
): Promise<string | undefined> {
  const expected = JSON.stringify([...people].map(([id, { name }]) => [id, name]));
  if (expected !== JSON.stringify(listed)) return `listed ${JSON.stringify(listed)}, acknowledged ${expected}`;
  const owners = new Map([...people].flatMap(([id, person]) => person.vectors.map((vector) => [vector, id])));
  for (const vector of new Set(vectors)) {
    const owner = await ownerOf(vector, place, calls, faces);
    if (owner !== owners.get(vector)) return `vector ${vector} finds ${owner}, acknowledged ${owners.get(vector)}`;
  }
  return undefined;
}

async function ownerOf(vector: string, place: Place, { post }: Calls, faces: FaceLibrary): Promise<string | undefined> {
  const parts = [field('collection', place.collection), field('threshold', '0.999')];
  const { json } = await post('/search_vector', ...parts, field('vector', faces.json(vector)));
  if (json.code === '404') return undefined;
  if (json.code !== '200') throw new Error(`/search_vector was answered ${JSON.stringify(json)}`);
  return (json.data as { id: string }).id;
}
