import { blobToTemplate, templateToBlob } from '../../encryption/template-blob.js';
import { MAX_TEMPLATE_FACES, type PersonRef, type PersonTemplate, type TemplateKind } from '../../template.js';
import { comparedFace, comparedTemplate } from '../compared.js';
import type { FoundPerson, PersonFaces } from '../embedding-store.js';
import type { RunQuery } from './database.js';
import { type PostgresUserRow, userOf } from './user-row.js';
import { fromVectorBytes } from './vector-bytes.js';

/** A face with its user, and the user's template where there is one. */
export interface PostgresFaceRow extends PostgresUserRow, PersonRef {
  faceId: number;
  embedding: Buffer;
  template: Buffer | null;
}

/** People of faces, compared with a probe, in the order of each one's first. @param cohort of their templates */
export function foundPeople(rows: readonly PostgresFaceRow[], cohort: string, probe: Float32Array): FoundPerson[] {
  const people = new Map<number, FoundPerson>();
  for (const row of rows) {
    const { collectionId, personId, faceId } = row;
    const face = { faceId, embedding: fromVectorBytes(row.embedding) };
    const known = people.get(personId);
    if (known) known.faces.push(comparedFace(probe, face, known.template));
    else {
      const kept = row.template ? blobToTemplate(row.template, cohort) : undefined;
      const [faces, template] = [[comparedFace(probe, face, kept)], kept && comparedTemplate(probe, kept)];
      people.set(personId, { collectionId, personId, user: userOf(row), faces, template });
    }
  }
  return [...people.values()];
}

/** See Searcher. */
export async function newestFaces(run: RunQuery, people: readonly PersonRef[], model: string): Promise<PersonFaces[]> {
  const rows = await run<PersonRef & { faceId: number; embedding: Buffer }>(
    `SELECT asked.collection_id AS "collectionId", asked.user_id AS "personId", f.face_id AS "faceId",
       vector_send(f.embedding::vector) AS embedding
     FROM unnest($1::bigint[], $2::bigint[]) AS asked (collection_id, user_id) CROSS JOIN LATERAL (
       SELECT face_id, embedding FROM faces
       WHERE faces.collection_id = asked.collection_id AND faces.user_id = asked.user_id AND model = $3
       ORDER BY face_id DESC LIMIT $4
     ) f ORDER BY f.face_id`,
    [...numbersOf(people), model, MAX_TEMPLATE_FACES],
  );
  const found = new Map<number, PersonFaces>();
  for (const { faceId, embedding, ...person } of rows) {
    const known = found.get(person.personId) ?? { ...person, faces: [] };
    known.faces.push({ faceId, embedding: fromVectorBytes(embedding) });
    found.set(person.personId, known);
  }
  return [...found.values()];
}

/** See EmbeddingStore; part of a transaction of the caller's. */
export async function saveTemplates(
  run: RunQuery,
  templates: readonly PersonTemplate[],
  model: string,
): Promise<number> {
  // A transaction that adds or deletes a face holds the user's row: until the end of this transaction none of them changes.
  // In one order, so that two servers do not wait for each other.
  const held = await run<PersonRef>(
    `SELECT u.collection_id AS "collectionId", u.user_id AS "personId"
     FROM users u JOIN unnest($1::bigint[], $2::bigint[]) AS asked (collection_id, user_id) USING (collection_id, user_id)
     ORDER BY 1, 2 FOR UPDATE OF u`,
    numbersOf(templates),
  );
  const newest = await run<{ personId: number; faceIds: number[] }>(
    `SELECT asked.user_id AS "personId", f.ids AS "faceIds"
     FROM unnest($1::bigint[], $2::bigint[]) AS asked (collection_id, user_id) CROSS JOIN LATERAL (
       SELECT array_agg(face_id::float8) AS ids FROM (
         SELECT face_id FROM faces
         WHERE faces.collection_id = asked.collection_id AND faces.user_id = asked.user_id AND model = $3
         ORDER BY face_id DESC LIMIT $4) newest
     ) f WHERE f.ids IS NOT NULL`,
    [...numbersOf(held), model, MAX_TEMPLATE_FACES],
  );
  const idsOf = new Map(newest.map(({ personId, faceIds }) => [personId, faceIds]));
  const right = templates.filter(({ personId, template: { mus } }) => {
    const ids = idsOf.get(personId);
    return ids !== undefined && ids.length === mus.size && ids.every((faceId) => mus.has(faceId));
  });
  if (right.length === 0) return 0;
  await run(
    `INSERT INTO templates (collection_id, user_id, model, cohort, data)
     SELECT collection_id, user_id, $3, cohort, data
     FROM unnest($1::bigint[], $2::bigint[], $4::text[], $5::bytea[]) AS made (collection_id, user_id, cohort, data)
     ON CONFLICT (collection_id, user_id, model) DO UPDATE SET cohort = excluded.cohort, data = excluded.data`,
    [
      ...numbersOf(right),
      model,
      right.map(({ template }) => template.cohort),
      right.map(({ template }) => templateToBlob(template)),
    ],
  );
  return right.length;
}

/** See EmbeddingStore. */
export async function peopleWithoutTemplate(
  run: RunQuery,
  collectionId: number,
  { model, cohort }: TemplateKind,
  after: number,
  limit: number,
): Promise<PersonRef[]> {
  const rows = await run<{ personId: number }>(
    `SELECT u.user_id AS "personId" FROM users u
     WHERE u.collection_id = $1 AND u.user_id > $2 AND NOT EXISTS (
       SELECT FROM templates t WHERE t.collection_id = u.collection_id AND t.user_id = u.user_id
         AND t.model = $3 AND t.cohort = $4)
     ORDER BY u.user_id LIMIT $5`,
    [collectionId, after, model, cohort, limit],
  );
  return rows.map(({ personId }) => ({ collectionId, personId }));
}

function numbersOf(people: readonly PersonRef[]): [collectionIds: number[], personIds: number[]] {
  return [people.map(({ collectionId }) => collectionId), people.map(({ personId }) => personId)];
}
