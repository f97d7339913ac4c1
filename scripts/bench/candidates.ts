import { runScript } from '../../src/cli/run-script.js';
import { Arenas, ScanIndex } from '../../src/vector-index/scan/scan-index.js';
import { exactNearest, faceStream, newImages, strangers } from './made-up-collection.js';
import { machine, median, report } from './report.js';

/**
 * `npm run bench:candidates`: how often a scan's best 16 hold the nearest face, and what it takes, when it compares the vectors
 * of more or fewer faces. Writes its table in docs/benchmarks.md. Takes ten minutes and 1 GB.
 */
const FACES = [100_000, 1_000_000];
const CANDIDATES = [200, 500, 1000, 2000];
const PROBES = 200;
const BEST = 16;

await runScript(async () => {
  const described = await machine();
  const rows: { faces: number; who: string; least: number; share: number; p50Ms: number }[] = [];
  for (const faces of FACES) {
    const arenas = new Arenas();
    const people: Float32Array[] = [];
    for (const { person } of faceStream(faces)) if (person) people.push(person);
    const probes = { 'people in it': newImages(people, PROBES), strangers: strangers(PROBES) };
    const all = Object.values(probes).flat();
    const exact = exactNearest(faces, all);
    for (const least of CANDIDATES) {
      const candidates = { least, share: 0 };
      const index = new ScanIndex(arenas, { candidates, siftedCandidates: candidates });
      let faceId = 0;
      for (const { embedding } of faceStream(faces)) {
        index.add({ faceIds: Float64Array.of(++faceId), embeddings: embedding });
      }
      await index.settled();
      for (const probe of all.slice(0, 20)) index.search(probe, BEST);
      let at = 0;
      for (const [who, list] of Object.entries(probes)) {
        const times: number[] = [];
        let hits = 0;
        for (const probe of list) {
          const start = performance.now();
          const found = index.search(probe, BEST);
          times.push(performance.now() - start);
          if (found.some((match) => match.faceId === exact[at]?.faceId)) hits++;
          at++;
        }
        rows.push({ faces, who, least, share: hits / list.length, p50Ms: median(times) });
      }
      await index.close();
    }
  }
  report('candidates', { machine: described, probes: PROBES, rows }, [
    `Machine: ${described}. ${PROBES} probes of each kind; without the thread, and without comparing once more.`,
    '',
    `| faces, probes | ${CANDIDATES.join(' | ')} |`,
    `|---|${CANDIDATES.map(() => '---|').join('')}`,
    ...FACES.flatMap((faces) =>
      ['people in it', 'strangers'].map((who) => {
        const cells = rows
          .filter((row) => row.faces === faces && row.who === who)
          .map(({ share, p50Ms }) => `${(100 * share).toFixed(1)} %, ${p50Ms.toFixed(2)} ms`);
        return `| ${faces.toLocaleString('en')}, ${who} | ${cells.join(' | ')} |`;
      }),
    ),
  ]);
});
