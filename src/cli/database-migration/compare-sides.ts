import { createHash } from 'node:crypto';
import { rowsOf, type Side } from './side.js';
import { comparePlaces, digestOf, placeOf, type Row, type Table } from './tables.js';

/** What two databases hold in one table. */
export interface TableComparison {
  table: string;
  rows: { source: number; target: number };
  /** SHA-256 over the rows, in hex; equal where every row is. */
  checksums: { source: string; target: string };
  /** How many rows are missing, too many or different in the target. */
  differences: number;
  /** Some of them, by their numbers. */
  examples: string[];
}

const EXAMPLES = 10;

/** Reads one table on both sides, a page of each in memory. @param onRow told of each row of either side */
export async function compareTable(
  source: Side,
  target: Side,
  table: Table,
  onRow: () => void = () => {},
): Promise<TableComparison> {
  const hashes = { source: createHash('sha256'), target: createHash('sha256') };
  const rows = { source: 0, target: 0 };
  const examples: string[] = [];
  let differences = 0;
  const differ = (what: string, row: Row) => {
    differences++;
    if (examples.length < EXAMPLES) examples.push(`${table.name} ${placeOf(table, row).join('/')}: ${what}`);
  };
  const take = (side: 'source' | 'target', row: Row): Buffer => {
    const digest = digestOf(table, row);
    hashes[side].update(digest);
    rows[side]++;
    onRow();
    return digest;
  };
  const ours = rowsOf(source, table);
  const theirs = rowsOf(target, table);
  let [a, b] = [await ours.next(), await theirs.next()];
  while (!a.done || !b.done) {
    const order = a.done ? 1 : b.done ? -1 : comparePlaces(placeOf(table, a.value), placeOf(table, b.value));
    const mine = order <= 0 && !a.done ? take('source', a.value) : undefined;
    const other = order >= 0 && !b.done ? take('target', b.value) : undefined;
    if (!other && !a.done) differ('missing in the target', a.value);
    else if (!mine && !b.done) differ('only in the target', b.value);
    else if (mine && other && !mine.equals(other) && !a.done) differ('different in the target', a.value);
    if (mine) a = await ours.next();
    if (other) b = await theirs.next();
  }
  const checksums = { source: hashes.source.digest('hex'), target: hashes.target.digest('hex') };
  return { table: table.name, rows, checksums, differences, examples };
}
