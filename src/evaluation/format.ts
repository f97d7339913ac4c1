/** A whole number with separators: `12,345`. */
export function count(n: number): string {
  return n.toLocaleString('en-US');
}

/** A number and its noun: `1 image`, `2 images`. */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** A rate 0–1 in percent with two digits: `99.35 %`; `–` where there is none. */
export function percent(rate: number): string {
  return Number.isFinite(rate) ? `${(rate * 100).toFixed(2)} %` : '–';
}

/** A small rate as a power: `1.2e-4`. */
export function small(rate: number): string {
  if (!Number.isFinite(rate)) return '–';
  return rate === 0 ? '0' : rate.toExponential(1);
}

/** A power of ten: `1e-4`. */
export function target(rate: number): string {
  return rate.toExponential(0);
}

/** A score with three digits. */
export function score(value: number): string {
  return Number.isFinite(value) ? value.toFixed(3) : '–';
}

/** The ends of an interval, each written by `write`: `99.10–99.54 %`. */
export function range({ low, high }: { low: number; high: number }, write: (x: number) => string): string {
  const [from, to] = [write(low), write(high)];
  return `${from.endsWith(' %') && to.endsWith(' %') ? from.slice(0, -2) : from}–${to}`;
}

/** The first few of a list, and how many more there are. */
export function firstFew(items: readonly string[], few = 3): string {
  const shown = items.slice(0, few).join(', ');
  return items.length > few ? `${shown}, and ${count(items.length - few)} more` : shown;
}
