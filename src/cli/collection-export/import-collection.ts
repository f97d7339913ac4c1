import { FaceSearchError } from '../../core/errors.js';
import type { SqliteTransfer } from '../../persistence/people/sqlite/sqlite-transfer.js';
import { OperatorError } from '../../util/operator-error.js';
import { type Line, readLines } from './lines.js';
import { checkHeader, LineError, parseLine, type TransferLine } from './transfer-line.js';

export interface ImportOptions {
  /** Only vectors of this model are taken. */
  model: string;
  /** Told of each line of which nothing is stored. */
  onRefused?: (lineNumber: number, reason: string) => void;
  /** Told how far the file is, after each transaction. */
  onProgress?: (bytes: number, refused: number) => void;
}

export interface ImportResult {
  usersCreated: number;
  usersChanged: number;
  facesAdded: number;
  /** Faces that the user had already, to the bit. */
  facesKnown: number;
  linesRefused: number;
}

/** Lines stored in one transaction: a second of work or so, and not one wait for the disk a line. */
const LINES_PER_TRANSACTION = 500;

/**
 * Merges exported lines into a collection, by user id: names are taken from the file, faces that a user has already are
 * not doubled. So it may be run again after it was stopped.
 * @throws OperatorError when the file is no export for this model; StoreError when the disk refuses. Nothing of the
 * transaction under way is stored then, and all before it is.
 */
export async function importCollection(
  target: SqliteTransfer,
  file: AsyncIterable<Uint8Array>,
  { model, onRefused = () => {}, onProgress = () => {} }: ImportOptions,
): Promise<ImportResult> {
  const result: ImportResult = { usersCreated: 0, usersChanged: 0, facesAdded: 0, facesKnown: 0, linesRefused: 0 };
  const refuse = (number: number, reason: string) => {
    result.linesRefused++;
    onRefused(number, reason);
  };
  let pending: { number: number; line: TransferLine }[] = [];
  const flush = (end: number) => {
    const { counts, refused } = target.write(() => store(target, pending));
    for (const name of Object.keys(counts) as (keyof typeof counts)[]) result[name] += counts[name];
    for (const number of refused)
      refuse(number, 'there is no user with this id; a line with the name must come before.');
    pending = [];
    onProgress(end, result.linesRefused);
  };

  let hasHeader = false;
  let end = 0;
  for await (const line of readLines(file)) {
    end = line.end;
    if (isEmpty(line, hasHeader)) continue;
    if (!hasHeader) {
      checkHeader(line.text ?? '', model);
      hasHeader = true;
      continue;
    }
    const parsed = parse(line);
    if (typeof parsed === 'string') refuse(line.number, parsed);
    else pending.push({ number: line.number, line: parsed });
    if (pending.length === LINES_PER_TRANSACTION) flush(end);
  }
  if (!hasHeader) throw new OperatorError('The file is empty. Nothing was imported.');
  flush(end);
  return result;
}

/** Empty lines, and what npm prints before the header when an export is redirected: `> facesearch-server export`. */
function isEmpty({ text }: Line, hasHeader: boolean): boolean {
  return text?.trim() === '' || (!hasHeader && text?.startsWith('> ') === true);
}

/** What is wrong with the line, where it is a text. */
function parse({ text }: Line): TransferLine | string {
  if (text === undefined) return 'it is too long or not UTF-8 text.';
  try {
    return parseLine(text);
  } catch (error) {
    if (error instanceof LineError || error instanceof FaceSearchError) return error.message;
    throw error;
  }
}

/** Within a transaction, which may be undone: counts for itself. */
function store(target: SqliteTransfer, lines: readonly { number: number; line: TransferLine }[]) {
  const counts = { usersCreated: 0, usersChanged: 0, facesAdded: 0, facesKnown: 0 };
  const refused: number[] = [];
  for (const { number, line } of lines) {
    const { id, name, embedding } = line;
    if (name !== undefined) {
      const saved = target.saveUser({ id, name });
      if (saved === 'created') counts.usersCreated++;
      if (saved === 'changed') counts.usersChanged++;
    }
    if (!embedding) continue;
    const added = target.addFace(id, embedding);
    if (added === 'added') counts.facesAdded++;
    else if (added === 'known') counts.facesKnown++;
    else refused.push(number);
  }
  return { counts, refused };
}
