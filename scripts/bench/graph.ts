import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import hnswlib from 'hnswlib-node';
import { runScript } from '../../src/cli/run-script.js';
import { EMBEDDING_LENGTH } from '../../src/core/embedding.js';
import { UsageError } from '../../src/util/usage-error.js';
import { Arenas } from '../../src/vector-index/scan/arenas.js';
import { ScanIndex } from '../../src/vector-index/scan/scan-index.js';
import { dot, faceStream, Nearest, newImages } from './made-up-collection.js';
import { machine, quantile } from './report.js';

/**
 * `npm run bench:graph -- --faces 100000 --graphs 96/16/200,64/16/200`: what a graph (HNSW) over the first numbers of each vector
 * costs and finds beside the scan, in one thread and one run. A graph is given as dimensions/M/efConstruction. Prints a table.
 * 100,000 faces take about two minutes a graph, and a million half an hour, 3 GB of memory and more.
 */
const PROBES = 500;
const WARM_UP = 30;
const BEST = 16;
/** Faces that the graph finds and that are compared again in full. */
const COMPARED_AGAIN = 200;
/** A wider search is tried until so many nearest faces are found. */
const WANTED = 0.998;
const WIDTHS = [200, 400, 800, 1200, 1600, 2400, 3200, 4800, 6400];

interface Tried {
  p50: number;
  p99: number;
  found: number;
}

await runScript(async () => {
  const { values } = parseArgs({
    options: {
      faces: { type: 'string', default: '100000' },
      graphs: { type: 'string', default: '96/16/200' },
      from: { type: 'string', default: '200' },
    },
  });
  const faces = Number(values.faces);
  const graphs = values.graphs.split(',').map((graph) => graph.split('/').map(Number));
  if (!Number.isInteger(faces) || faces < 1) throw new UsageError('--faces must be a number of faces, such as 100000.');
  if (!graphs.every((graph) => graph.length === 3 && graph.every((number) => number > 0))) {
    throw new UsageError('--graphs must be lists of dimensions/M/efConstruction, such as 96/16/200.');
  }
  console.log(`Machine: ${await machine()}. ${faces.toLocaleString('en')} faces, ${PROBES} probes.`);
  const vectors = new Float32Array(faces * EMBEDDING_LENGTH);
  const people: Float32Array[] = [];
  let made = 0;
  for (const { embedding, person } of faceStream(faces)) {
    vectors.set(embedding, made++ * EMBEDDING_LENGTH);
    if (person) people.push(person);
  }
  const probes = newImages(people, PROBES);
  const exact = new Nearest(probes);
  for (let face = 0; face < faces; face++) exact.compare(face, vectors, face * EMBEDDING_LENGTH);
  const nearest = exact.faces.map(({ faceId }) => faceId);

  const scan = new ScanIndex(new Arenas());
  for (let face = 0; face < faces; face++) {
    scan.add({ faceIds: Float64Array.of(face), embeddings: vectorOf(vectors, face) });
  }
  await scan.settled();
  const scanned = () =>
    tried(probes, nearest, vectors, (probe) => scan.search(probe, BEST).map(({ faceId }) => faceId));
  row('scan', scanned());
  for (const [dimensions = 0, m = 0, efConstruction = 0] of graphs) {
    const name = `${dimensions} numbers, M ${m}, efConstruction ${efConstruction}`;
    const start = performance.now();
    const graph = new hnswlib.HierarchicalNSW('ip', dimensions);
    graph.initIndex(faces, m, efConstruction);
    for (let face = 0; face < faces; face++) graph.addPoint(projected(vectorOf(vectors, face), dimensions), face);
    const seconds = (performance.now() - start) / 1000;
    console.log(`${name}: built in ${seconds.toFixed(0)} s, ${bytesOf(graph, faces).toFixed(0)} bytes a face`);
    for (const width of WIDTHS.filter((width) => width >= Number(values.from))) {
      graph.setEf(width);
      const result = tried(probes, nearest, vectors, (probe) => {
        const { neighbors } = graph.searchKnn(projected(probe, dimensions), COMPARED_AGAIN);
        return neighbors;
      });
      row(`${name}, ef ${width}`, result);
      if (result.found >= WANTED) break;
    }
    graph.initIndex(1);
    row('scan', scanned());
  }
});

/** The whole search: what the index finds is compared again in full. */
function tried(
  probes: readonly Float32Array[],
  nearest: readonly number[],
  vectors: Float32Array,
  search: (probe: Float32Array) => number[],
): Tried {
  const times: number[] = [];
  let hits = 0;
  for (const [i, probe] of [...probes.slice(0, WARM_UP), ...probes].entries()) {
    const start = performance.now();
    let best = { face: -1, cosine: -2 };
    for (const face of search(probe)) {
      const cosine = dot(vectors, face * EMBEDDING_LENGTH, probe);
      if (cosine > best.cosine) best = { face, cosine };
    }
    if (i < WARM_UP) continue;
    times.push(performance.now() - start);
    if (best.face === nearest[i - WARM_UP]) hits++;
  }
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99), found: hits / probes.length };
}

function row(name: string, { p50, p99, found }: Tried): void {
  console.log(`| ${name} | ${p50.toFixed(2)} / ${p99.toFixed(2)} ms | ${(100 * found).toFixed(1)} % |`);
}

function vectorOf(vectors: Float32Array, face: number): Float32Array {
  return vectors.subarray(face * EMBEDDING_LENGTH, (face + 1) * EMBEDDING_LENGTH);
}

/** The first numbers, with length 1. */
function projected(vector: Float32Array, dimensions: number): number[] {
  const first = Array.from(vector.subarray(0, dimensions));
  const length = Math.sqrt(first.reduce((sum, x) => sum + x * x, 0)) || 1;
  return first.map((x) => x / length);
}

/** As the graph's file has them: what lies in memory, but for a list of labels. */
function bytesOf(graph: hnswlib.HierarchicalNSW, faces: number): number {
  const folder = mkdtempSync(join(tmpdir(), 'facesearch-bench-'));
  try {
    graph.writeIndexSync(join(folder, 'graph'));
    return statSync(join(folder, 'graph')).size / faces;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
