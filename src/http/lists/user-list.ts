import { FaceSearchError } from '../../core/errors.js';
import { parseCsv } from '../../util/csv.js';
import { decodeText } from '../../util/decode-text.js';
import { InputError } from '../../util/input-error.js';
import { unguardedCell } from './cells.js';
import { readXlsx } from './read-xlsx.js';

/** A line of a list of people. */
export interface ListedPerson {
  /** Number of the line in the sheet or file, from 1. */
  row: number;
  id: string;
  name: string;
}

/** People in one list. */
const MAX_ROWS = 20_000;

/** How a header may call the columns; case does not matter. */
const ID_NAMES = ['id', 'mã', 'ma', 'mã số', 'user id', 'userid'];
const NAME_NAMES = ['name', 'tên', 'ten', 'họ tên', 'họ và tên', 'ho ten', 'full name'];

/**
 * Reads a list of people from a CSV or an XLSX file, told apart by its bytes. The first line names the columns.
 * @throws FaceSearchError BAD_INPUT that says what is wrong
 */
export async function readUserList(file: Buffer): Promise<ListedPerson[]> {
  try {
    const [header, ...lines] = isZip(file) ? await sheetLines(file) : csvLines(file);
    const column = (names: readonly string[]) =>
      header?.cells.findIndex((cell) => names.includes(cell.trim().normalize('NFC').toLowerCase())) ?? -1;
    const [id, name] = [column(ID_NAMES), column(NAME_NAMES)];
    if (id < 0 || name < 0) throw new Error('its first line must name the columns id and name.');
    const people = lines
      .map(({ row, cells }) => ({
        row,
        id: unguardedCell(cells[id] ?? '').trim(),
        name: unguardedCell(cells[name] ?? '').trim(),
      }))
      .filter((person) => person.id !== '' || person.name !== '');
    if (people.length > MAX_ROWS) throw new Error(`it has more than ${MAX_ROWS} people: split it.`);
    return people;
  } catch (error) {
    throw new FaceSearchError('BAD_INPUT', 'list-format', { fault: (error as Error).message });
  }
}

function isZip(file: Buffer): boolean {
  return file.subarray(0, 2).toString('latin1') === 'PK';
}

async function sheetLines(file: Buffer) {
  return (await readXlsx(file)).filter(({ cells }) => cells.some((cell) => cell.trim() !== ''));
}

function csvLines(file: Buffer) {
  try {
    return parseCsv(decodeText(file, 'the file')).map(({ cells, line }) => ({ row: line, cells }));
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new Error(`it is neither CSV nor XLSX: ${(error as Error).message}`);
  }
}
