import type { StoredEmbedding } from '../../store.js';
import type { Run } from './database.js';
import { fromVectorBytes } from './vector-bytes.js';

/** Faces read at a time, about 1 MB. */
const FACES_PER_PAGE = 500;

interface EmbeddingRow {
  faceId: number;
  embedding: Buffer;
}

/** See Store. */
export async function* facesOf(run: Run, collectionId: number, model: string): AsyncIterable<StoredEmbedding[]> {
  for (let last = 0; ; ) {
    const rows = await run<EmbeddingRow>(
      `SELECT face_id AS "faceId", vector_send(embedding::vector) AS embedding FROM faces
       WHERE collection_id = $1 AND model = $2 AND face_id > $3 ORDER BY face_id LIMIT $4`,
      [collectionId, model, last, FACES_PER_PAGE],
    );
    const page = rows.map(openFace);
    if (page.length === 0) return;
    last = page.at(-1)?.faceId ?? last;
    yield page;
  }
}

/** See Store. */
export async function faceIdsOf(run: Run, collectionId: number, model: string): Promise<Float64Array> {
  const rows = await run<{ faceId: number }>(
    'SELECT face_id AS "faceId" FROM faces WHERE collection_id = $1 AND model = $2 ORDER BY face_id',
    [collectionId, model],
  );
  return Float64Array.from(rows, ({ faceId }) => faceId);
}

/** See Store. */
export async function embeddingsOf(run: Run, faceIds: readonly number[], model: string): Promise<StoredEmbedding[]> {
  const rows = await run<EmbeddingRow>(
    `SELECT face_id AS "faceId", vector_send(embedding::vector) AS embedding
     FROM unnest($1::bigint[]) WITH ORDINALITY AS asked (face_id, place) JOIN faces USING (face_id)
     WHERE model = $2 ORDER BY place`,
    [faceIds, model],
  );
  return rows.map(openFace);
}

function openFace({ faceId, embedding }: EmbeddingRow): StoredEmbedding {
  return { faceId, embedding: fromVectorBytes(embedding) };
}
