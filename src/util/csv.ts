import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { OperatorError } from './operator-error.js';

/** A line of a CSV file by column name, and where it stands. */
export interface CsvRow {
  values: Record<string, string>;
  /** Line of the file, from 1. */
  line: number;
}

/**
 * Reads a CSV file with a header line: comma-separated, UTF-8, quoted where needed.
 * @param required columns that must be there, of a header that is handed over
 * @throws OperatorError that names the file, when it cannot be read, is no CSV or lacks a column
 */
export async function readCsv(
  path: string,
  required: readonly string[] | ((header: readonly string[]) => readonly string[]),
): Promise<CsvRow[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new OperatorError(missing ? `There is no ${path}.` : `Cannot read ${path}: ${(error as Error).message}`);
  }
  let header: string[] = [];
  const rows: CsvRow[] = [];
  try {
    parse<Record<string, string>>(text, {
      bom: true,
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
    throw new OperatorError(`${path} is not a valid CSV file: ${(error as Error).message}`);
  }
  const needed = typeof required === 'function' ? required(header) : required;
  const missing = needed.filter((column) => !header.includes(column));
  if (missing.length > 0) {
    const has = header.length > 0 ? `it has ${header.join(', ')}` : 'it is empty';
    throw new OperatorError(`${path} has no column ${missing.map((name) => `"${name}"`).join(', ')}; ${has}.`);
  }
  return rows;
}
