import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { decodeText } from './decode-text.js';
import { InputError } from './input-error.js';

const RECORD_ENDS = ['\r\n', '\n', '\r'];

/** A line of a CSV file by column name, and where it stands. */
export interface CsvRow {
  values: Record<string, string>;
  /** Line of the file, from 1. */
  line: number;
}

/**
 * Reads a CSV file with a header line, as spreadsheets write it: UTF-8 or UTF-16, separated by commas, semicolons or tabs,
 * quoted where needed, perhaps with a first line such as `sep=;`.
 * @param required columns that must be there, of a header that is handed over
 * @throws InputError that names the file, and the line where there is one, when it cannot be read, is no CSV or lacks a column
 */
export async function readCsv(
  path: string,
  required: readonly string[] | ((header: readonly string[]) => readonly string[]),
): Promise<CsvRow[]> {
  const text = decodeText(await bytesOf(path), path);
  const { delimiter, from } = shapeOf(text);
  let header: string[] = [];
  const rows: CsvRow[] = [];
  try {
    parse<Record<string, string>>(text, {
      delimiter,
      record_delimiter: RECORD_ENDS,
      from_line: from,
      trim: true,
      skip_empty_lines: true,
      columns: (names: string[]) => {
        header = names;
        return names;
      },
      on_record: (values, { lines }) => {
        rows.push({ values, line: lines });
        return null;
      },
    });
  } catch (error) {
    throw new InputError(`${path} is not a valid CSV file: ${(error as Error).message}`);
  }
  const needed = typeof required === 'function' ? required(header) : required;
  const missing = needed.filter((column) => !header.includes(column));
  if (missing.length > 0) {
    const has = header.length > 0 ? `it has ${header.join(', ')}` : 'it is empty';
    throw new InputError(`${path} has no column ${missing.map((name) => `"${name}"`).join(', ')}; ${has}.`);
  }
  return rows;
}

async function bytesOf(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new InputError(missing ? `There is no ${path}.` : `Cannot read ${path}: ${(error as Error).message}`);
  }
}

/** A line of a CSV file as its cells. */
export interface CsvLine {
  cells: string[];
  /** From 1. */
  line: number;
}

/** The lines of a CSV text, the header first; read as {@link readCsv} does. @throws Error that says what is wrong */
export function parseCsv(text: string): CsvLine[] {
  const { delimiter, from } = shapeOf(text);
  const lines: CsvLine[] = [];
  parse(text, {
    delimiter,
    record_delimiter: RECORD_ENDS,
    from_line: from,
    bom: true,
    skip_empty_lines: true,
    relax_column_count: true,
    on_record: (cells: string[], { lines: line }) => {
      lines.push({ cells, line });
      return null;
    },
  });
  return lines;
}

/** What separates the columns, and in which line the header stands. */
function shapeOf(text: string): { delimiter: string; from: number } {
  const [first = ''] = text.split(/\r\n|\n|\r/, 1);
  const declared = /^"?sep=(.)"?$/i.exec(first.trim())?.[1];
  if (declared !== undefined) return { delimiter: declared, from: 2 };
  const header = (/[^\r\n]+/.exec(text)?.[0] ?? '').replace(/"[^"]*"/g, '');
  const counts = [',', ';', '\t'].map((delimiter) => ({ delimiter, count: header.split(delimiter).length }));
  // Of equals the first, a comma.
  const best = counts.reduce((most, one) => (one.count > most.count ? one : most));
  return { delimiter: best.delimiter, from: 1 };
}
