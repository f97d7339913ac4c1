/** What a client knows of one person: the name, and the keys of the vectors that find the person. */
export interface Person {
  name: string;
  vectors: readonly string[];
}

/** What a client knows of one collection: its people by id, in the order of their creation. */
export type People = ReadonlyMap<string, Person>;

/** Stands for the id of a person whom the server made, when its answer never came. */
export const UNKNOWN_ID = '?';

export const nobody: People = new Map();

/** Creates the person, or changes the name. */
export function named(people: People, id: string, name: string): People {
  return new Map(people).set(id, { name, vectors: people.get(id)?.vectors ?? [] });
}

export function withFace(people: People, id: string, vector: string): People {
  const person = people.get(id) ?? { name: '', vectors: [] };
  return new Map(people).set(id, { ...person, vectors: [...person.vectors, vector] });
}

export function withoutFaces(people: People, id: string): People {
  const person = people.get(id);
  return person ? new Map(people).set(id, { ...person, vectors: [] }) : people;
}

export function without(people: People, id: string): People {
  const left = new Map(people);
  left.delete(id);
  return left;
}

export function vectorsOf(people: People): string[] {
  return [...people.values()].flatMap(({ vectors }) => vectors);
}
