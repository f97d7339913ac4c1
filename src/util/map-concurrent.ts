/**
 * Does a piece of work for each item, some at once and each item once, and tells how many are done.
 * @param lanes how many are on their way at once
 * @throws what the work throws first; no further item is then begun, and none is still on its way
 */
export async function mapConcurrent<T>(
  items: readonly T[],
  lanes: number,
  work: (item: T) => Promise<void>,
  onDone?: (done: number) => void,
): Promise<void> {
  // Every lane takes from the same iterator.
  const queue = items.values();
  const troubles: unknown[] = [];
  let done = 0;
  const lane = async () => {
    for (const item of queue) {
      if (troubles.length > 0) return;
      try {
        await work(item);
        onDone?.(++done);
      } catch (error) {
        troubles.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  if (troubles.length > 0) throw troubles[0];
}
