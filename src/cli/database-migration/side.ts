import { type Place, placeOf, ROWS_PER_PAGE, type Row, type Table } from './tables.js';

/** A database that rows are moved from or to. Calls reject with a StoreError when it fails. */
export interface Side {
  /** For people, without secrets; tells databases apart. */
  readonly name: string;
  count(table: Table): Promise<number>;
  /** The next rows after a place, in the table's order. */
  page(table: Table, after: Place | undefined, limit: number): Promise<Row[]>;
  /** The highest number that a row has ever had; 0 for none. */
  lastNumber(table: Table): Promise<number>;
  close(): Promise<void>;
}

/** What a target is found to be: empty, with rows of an unfinished move from the same source, or anything else. */
export type TargetState = 'empty' | 'unfinished' | 'occupied';

export interface TargetSide extends Side {
  /** Marks an empty target, so that no server takes it for a whole one. */
  begin(source: string): Promise<TargetState>;
  lastPlace(table: Table): Promise<Place | undefined>;
  /** All of them or none, durable when it resolves. */
  insert(table: Table, rows: readonly Row[]): Promise<void>;
  /** Makes it a database that a server may use. @param lastNumbers of the source, by table */
  finish(lastNumbers: ReadonlyMap<Table, number>): Promise<void>;
}

/** All rows after a place, a page of them in memory. */
export async function* rowsOf(side: Side, table: Table, after?: Place): AsyncGenerator<Row> {
  for (let place = after; ; ) {
    const rows = await side.page(table, place, ROWS_PER_PAGE);
    yield* rows;
    const last = rows.at(-1);
    if (!last) return;
    place = placeOf(table, last);
  }
}
