/** What a client knows of one person: the name, and the keys of the vectors that find the person. */
export interface Person {
  name: string;
  vectors: readonly string[];
  /** The server keeps the photo with which it made the person. */
  hasPhoto: boolean;
}

/** What a client knows of one collection: its people by id, in the order of their creation. */
export type People = ReadonlyMap<string, Person>;

/** Stands for the id of a person whom the server made, when its answer never came. */
export const UNKNOWN_ID = '?';

export const nobody: People = new Map();

/** Creates the person, or changes the name. */
export function named(people: People, id: string, name: string): People {
  return new Map(people).set(id, { vectors: [], hasPhoto: false, ...people.get(id), name });
}

export function withFace(people: People, id: string, vector: string): People {
  const person = people.get(id) as Person;
  return new Map(people).set(id, { ...person, vectors: [...person.vectors, vector] });
}

/** Somebody whom the server made from a photo. */
export function enrolled(people: People, id: string, photo: string): People {
  return new Map(people).set(id, { name: '', vectors: [photo], hasPhoto: true });
}

export function withoutFaces(people: People, id: string): People {
  const person = people.get(id);
  return person ? new Map(people).set(id, { ...person, vectors: [], hasPhoto: false }) : people;
}

export function without(people: People, id: string): People {
  const left = new Map(people);
  left.delete(id);
  return left;
}

export function vectorsOf(people: People): string[] {
  return [...people.values()].flatMap(({ vectors }) => vectors);
}
