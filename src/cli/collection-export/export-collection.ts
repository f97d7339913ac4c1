import type { SqliteTransfer } from '../../persistence/people/sqlite/sqlite-transfer.js';
import { faceLine, headerLine, userLine } from './transfer-line.js';

/**
 * The lines of a collection, one after the other: a header, and each user followed by the user's faces. Not a snapshot:
 * who is added or deleted meanwhile may be in it or not.
 * @param onProgress told how many users and faces are done
 */
export function* exportCollection(
  source: SqliteTransfer,
  model: string,
  onProgress: (done: number) => void = () => {},
): Generator<string> {
  yield headerLine(model);
  let done = 0;
  for (const { user, embeddings } of source.people()) {
    yield userLine(user);
    onProgress(++done);
    for (const embedding of embeddings) {
      yield faceLine(user.id, embedding);
      onProgress(++done);
    }
  }
}
