/**
 * The highest of some numbers, in falling order.
 * @param highest takes them, as many as it is long, at most as many as there are numbers
 */
export function sortHighest(numbers: Float32Array, highest: Float32Array): Float32Array {
  if (highest.length === 0) return highest;
  // The lowest of the highest so far is at the root of a heap, so most numbers take one comparison: a third of the time that
  // sorting all of them takes.
  highest.set(numbers.subarray(0, highest.length));
  for (let i = (highest.length >> 1) - 1; i >= 0; i--) sink(highest, i);
  for (let i = highest.length; i < numbers.length; i++) {
    const number = numbers[i] as number;
    if (number <= (highest[0] as number)) continue;
    highest[0] = number;
    sink(highest, 0);
  }
  return highest.sort().reverse();
}

/** Lets a number sink to its place in a heap whose lowest is at the root. */
function sink(heap: Float32Array, from: number): void {
  const number = heap[from] as number;
  let at = from;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && (heap[child + 1] as number) < (heap[child] as number)) child++;
    if ((heap[child] as number) >= number) break;
    heap[at] = heap[child] as number;
    at = child;
  }
  heap[at] = number;
}
