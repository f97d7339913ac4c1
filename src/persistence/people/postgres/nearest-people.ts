import type { TemplateKind } from '../../template.js';
import type { FoundPerson } from '../embedding-store.js';
import type { RunQuery } from './database.js';
import { foundPeople, type PostgresFaceRow } from './templates.js';
import { toVectorBytes } from './vector-bytes.js';

/** Whether a collection has so many faces that all of them should not be compared. */
export type IsLarge = (run: RunQuery, collectionId: number, model: string) => Promise<boolean>;

/** See Searcher. */
export async function nearestPeople(
  run: RunQuery,
  isLarge: IsLarge,
  { collectionId, model, cohort }: TemplateKind & { collectionId: number },
  probe: Float32Array,
  k: number,
): Promise<{ people: FoundPerson[]; faces: number }> {
  const nearest = (order: string) =>
    run<PostgresFaceRow>(
      `SELECT f.face_id AS "faceId", f.collection_id AS "collectionId", f.user_id AS "personId",
         vector_send(f.embedding::vector) AS embedding, u.client_id AS "clientId", u.name, t.data AS template
       FROM (
         SELECT collection_id, face_id, user_id, embedding FROM faces
         WHERE collection_id = $1 AND model = $2 ORDER BY ${order} LIMIT $4
       ) f JOIN users u USING (collection_id, user_id)
         LEFT JOIN templates t ON t.collection_id = f.collection_id AND t.user_id = f.user_id
           AND t.model = $2 AND t.cohort = $5 ORDER BY f.face_id`,
      [collectionId, model, toVectorBytes(probe), k, cohort],
    );
  if (await isLarge(run, collectionId, model)) {
    const found = await nearest('embedding <=> $3::vector');
    // The graph holds other collections too, and its scan gives up when it meets too many of their faces.
    if (found.length === k) return { people: foundPeople(found, cohort, probe), faces: k };
  }
  // As a sum, the distance is no order that the graph knows: every face of the collection is compared.
  const found = await nearest('(embedding <=> $3::vector) + 0');
  return { people: foundPeople(found, cohort, probe), faces: found.length };
}
