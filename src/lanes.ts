/**
 * Does a piece of work for each item, some at once and each item once, and tells how many are done.
 * @param lanes how many are on their way at once
 * @throws what the work throws first; no further item is begun in that lane
 */
export async function inLanes<T>(
  items: readonly T[],
  lanes: number,
  work: (item: T) => Promise<void>,
  onDone?: (done: number) => void,
): Promise<void> {
  // Every lane takes from the same iterator.
  const queue = items.values();
  let done = 0;
  const lane = async () => {
    for (const item of queue) {
      await work(item);
      onDone?.(++done);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
