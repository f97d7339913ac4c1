import { FaceSearchError } from '../../core/errors.js';
import { folded } from '../../core/folded.js';
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

/** Lines at the top among which the header is looked for: the lists of schools and offices begin with a title. */
const HEADER_WITHIN = 20;

/** How a header may call the columns; case and accents do not matter. */
const ID_NAMES = [
  ...['id', 'user id', 'userid', 'student id', 'employee id', 'ma', 'ma so', 'ma dinh danh'],
  ...['ma hs', 'ma hoc sinh', 'mshs', 'ma sv', 'ma sinh vien', 'mssv', 'ma nv', 'ma nhan vien', 'msnv'],
];
const NAME_NAMES = ['name', 'full name', 'ten', 'ho ten', 'ho va ten', 'ho & ten', 'ten hoc sinh', 'ten nhan vien'];
/** What stands before the name, where the list has it in a column of its own. */
const FAMILY_NAMES = ['ho', 'ho dem', 'ho lot', 'ho va dem', 'ho va ten dem', 'ho va chu lot'];

/**
 * Reads a list of people from a CSV or an XLSX file, told apart by its bytes. One of its first lines names the columns.
 * @throws FaceSearchError BAD_INPUT that says what is wrong
 */
export async function readUserList(file: Buffer): Promise<ListedPerson[]> {
  try {
    const lines = isZip(file) ? await sheetLines(file) : csvLines(file);
    const tops = lines.slice(0, HEADER_WITHIN).map(({ cells }) => columnsOf(cells));
    const top = tops.findIndex(({ id, name }) => id >= 0 && name >= 0);
    const columns = tops[top];
    if (!columns) throw new Error(`one of its first ${HEADER_WITHIN} lines must name the columns id and name.`);
    const text = (cells: readonly string[], at: number) => unguardedCell(cells[at] ?? '').trim();
    const people = lines
      .slice(top + 1)
      .map(({ row, cells }) => ({
        row,
        id: text(cells, columns.id),
        name: `${text(cells, columns.family)} ${text(cells, columns.name)}`.trim(),
      }))
      .filter((person) => person.id !== '' || person.name !== '');
    if (people.length > MAX_ROWS) throw new Error(`it has more than ${MAX_ROWS} people: split it.`);
    return people;
  } catch (error) {
    throw new FaceSearchError('BAD_INPUT', 'list-format', { fault: (error as Error).message });
  }
}

function columnsOf(cells: readonly string[]) {
  const names = cells.map((cell) => folded(cell.trim()).replace(/\s+/g, ' '));
  const column = (wanted: readonly string[]) => names.findIndex((name) => wanted.includes(name));
  return { id: column(ID_NAMES), name: column(NAME_NAMES), family: column(FAMILY_NAMES) };
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
