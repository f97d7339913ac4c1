export const PROBES = 500;
/** Searches before the measured ones: until then the compiled loops are not optimised yet. */
export const WARM_UP = 20;

/** What `npm run bench:index` measures. */
export interface Result {
  faces: number;
  /** From the store into the scanned table. */
  readSeconds: number;
  /** To work out the template of each person, at a quarter of a core. */
  templateSeconds: number;
  buildFacesPerSecond: number;
  searchP50Ms: number;
  searchP99Ms: number;
  /** Of the median: until the index has answered. The rest compares people exactly, with what the database has of them. */
  indexP50Ms: number;
  /** The share of probes, new images of people in the index, for which the index's nearest face is the nearest. */
  recallAt1: number;
  /** The same, of probes whose nearest face has a cosine of at least 0.4. */
  recallAt1Similar: number;
  /** Of the whole process, models not loaded. */
  rssGigabytes: number;
  snapshotSeconds: number;
  snapshotGigabytes: number;
  /** From what was kept, faces compared with the database. */
  startSeconds: number;
  /** Of the faces, after that. */
  graphShare: number;
}

/** Markdown. @param described the machine */
export function tableOf(described: string, results: readonly Result[]): string[] {
  const rows = results.map((r) =>
    [
      r.faces.toLocaleString('en'),
      `${r.buildFacesPerSecond.toFixed(0)} /s`,
      `${r.searchP50Ms.toFixed(2)} / ${r.searchP99Ms.toFixed(2)} ms`,
      `${r.indexP50Ms.toFixed(2)} ms`,
      `${(100 * r.recallAt1).toFixed(1)} %`,
      `${(100 * r.recallAt1Similar).toFixed(1)} %`,
      `${r.rssGigabytes.toFixed(2)} GB`,
      r.snapshotGigabytes === 0 ? 'none' : `${r.snapshotSeconds.toFixed(1)} s, ${r.snapshotGigabytes.toFixed(2)} GB`,
      `${r.startSeconds.toFixed(1)} s`,
    ].join(' | '),
  );
  return [
    ...targetsOf(results),
    `Machine: ${described}. ${PROBES} probes, after ${WARM_UP} to warm up.`,
    '',
    '| faces | build | search p50 / p99 | of it the index | recall@1 | recall@1, cosine ≥ 0.4 | memory | kept on the disk | opened again |',
    '|---|---|---|---|---|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
  ];
}

/** What the issue of the index asks for, where the sizes that it names were measured. */
function targetsOf(results: readonly Result[]): string[] {
  const of = (faces: number) => results.find((result) => result.faces === faces);
  const [small, million, most] = [of(10_000), of(1_000_000), of(10_000_000)];
  const rows: [what: string, measured: number, isMet: boolean, target: string][] = [];
  if (million) {
    rows.push(
      ['search at a million: p50, ms', million.searchP50Ms, million.searchP50Ms <= 4, '≤ 4'],
      ['search at a million: p99, ms', million.searchP99Ms, million.searchP99Ms <= 6, '≤ 6'],
      ['recall@1 at a million', million.recallAt1, million.recallAt1 >= 0.998, '≥ 0.998'],
      ['a million read again, s', million.startSeconds, million.startSeconds <= 5, '≤ 5'],
    );
  }
  if (small && million) {
    const ratio = million.searchP50Ms / small.searchP50Ms;
    rows.push(['search at a million ÷ at 10,000', ratio, ratio <= 6, '≤ 6']);
  }
  if (most) {
    rows.push(
      ['search at 10 million: p99, ms', most.searchP99Ms, most.searchP99Ms <= 12, '≤ 12'],
      ['memory at 10 million, GB', most.rssGigabytes, most.rssGigabytes <= 14, '≤ 14'],
      ['10 million read again, s', most.startSeconds, most.startSeconds <= 60, '≤ 60'],
    );
  }
  if (rows.length === 0) return [];
  return [
    '| | measured | target | |',
    '|---|---|---|---|',
    ...rows.map(([what, measured, isMet, target]) => {
      const digits = measured < 1 ? 4 : 2;
      return `| ${what} | ${measured.toFixed(digits)} | ${target} | ${isMet ? 'met' : '**missed**'} |`;
    }),
    '',
  ];
}
