/**
 * Who is on several photos together: each person once, with their best face.
 * @param {any[]} shots `{photo, found}`
 * @param {{id: string, name: string}[]} everybody of the collection, or none where nobody can be missing
 */
export function attendanceOf(shots, everybody) {
  /** @type {Map<string, any>} */
  const present = new Map();
  const unknown = [];
  let left = 0;
  for (const [i, shot] of shots.entries()) {
    left += shot.found?.left ?? 0;
    for (const [j, face] of (shot.found?.faces ?? []).entries()) {
      const number = shots.length > 1 ? `${i + 1}.${j + 1}` : String(j + 1);
      const [person] = face.people;
      if (!person) unknown.push({ face, shot, number });
      else if (!(present.get(person.id)?.person.similarity >= person.similarity))
        present.set(person.id, { person, face, shot, number });
    }
  }
  const byName = (one, other) => (one.name || one.id).localeCompare(other.name || other.id);
  return {
    present: [...present.values()].sort((one, other) => byName(one.person, other.person)),
    unknown,
    missing: everybody.filter(({ id }) => !present.has(id)).sort(byName),
    left,
  };
}

/** The same as a table, the strangers by their number only. @returns {(string | number)[][]} */
export function attendanceRows({ present, unknown, missing }) {
  return [
    ['id', 'name', 'seen', 'similarity', 'face'],
    ...present.map(({ person, number }) => [person.id, person.name, 'yes', person.similarity.toFixed(3), number]),
    ...missing.map(({ id, name }) => [id, name, 'no', '', '']),
    ...unknown.map(({ number }) => ['', '', 'unknown', '', number]),
  ];
}
