import { OperatorError } from '../../util/operator-error.js';
import { compareTable, type TableComparison } from './compare-sides.js';
import { rowsOf, type Side, type TargetSide } from './side.js';
import { ROWS_PER_PAGE, type Row, type Table, tables } from './tables.js';

export interface MoveRowsOptions {
  /** Told how many of `total` rows are done: each is counted once for copying, once on each side for comparing. */
  onProgress?: (done: number, total: number) => void;
  /** Told when every row is there and the target makes what it needs to search them, which may take long. */
  onFinishing?: () => void;
}

export interface MovedRows {
  /** The target held all of it already. */
  wasDone: boolean;
  comparisons: TableComparison[];
}

/**
 * Copies every row of the source into the target, with its number, and compares both sides row by row. Killed at any
 * point it goes on where it was when it is called again; until its end no server takes the target for a whole database.
 * @throws OperatorError when the target is not empty, or differs from the source in the end; StoreError
 */
export async function moveRows(
  source: Side,
  target: TargetSide,
  { onProgress = () => {}, onFinishing = () => {} }: MoveRowsOptions = {},
): Promise<MovedRows> {
  const counts = new Map<Table, number>();
  for (const table of tables) counts.set(table, await source.count(table));
  const rows = [...counts.values()].reduce((sum, count) => sum + count, 0);
  let done = 0;
  const step = (count = 1) => {
    done += count;
    onProgress(done, 3 * rows);
  };

  const state = await target.begin(source.name);
  if (state === 'occupied') await expectSameCounts(target, counts);
  else for (const table of tables) await copyTable(source, target, table, step);

  const comparisons: TableComparison[] = [];
  for (const table of tables) comparisons.push(await compareTable(source, target, table, step));
  const examples = comparisons.flatMap((comparison) => comparison.examples);
  if (examples.length > 0) {
    if (state === 'occupied') throw notEmpty(target);
    const differences = comparisons.reduce((sum, comparison) => sum + comparison.differences, 0);
    throw new OperatorError(
      `${differences} rows of ${target.name} are not those of ${source.name}, which has changed since the move began, or the target has:\n${examples.join('\n')}\nEmpty the target and move again.`,
    );
  }
  const lastNumbers = new Map<Table, number>();
  for (const table of tables) lastNumbers.set(table, await source.lastNumber(table));
  if (state !== 'occupied') {
    onFinishing();
    await target.finish(lastNumbers);
  }
  return { wasDone: state === 'occupied', comparisons };
}

/** Rows go over in their order, so what a killed move has copied is where the target ends. */
async function copyTable(source: Side, target: TargetSide, table: Table, step: (count: number) => void): Promise<void> {
  const copied = await target.lastPlace(table);
  step(copied === undefined ? 0 : await target.count(table));
  let page: Row[] = [];
  const flush = async () => {
    if (page.length === 0) return;
    await target.insert(table, page);
    step(page.length);
    page = [];
  };
  for await (const row of rowsOf(source, table, copied)) {
    page.push(row);
    if (page.length === ROWS_PER_PAGE) await flush();
  }
  await flush();
}

/** A move that was killed in its last moment is not begun again; anything else is not overwritten. */
async function expectSameCounts(target: Side, counts: ReadonlyMap<Table, number>): Promise<void> {
  for (const [table, count] of counts) if ((await target.count(table)) !== count) throw notEmpty(target);
}

function notEmpty(target: Side): OperatorError {
  return new OperatorError(
    `${target.name} is not empty, and what it holds is not an unfinished move from this source.`,
  );
}
