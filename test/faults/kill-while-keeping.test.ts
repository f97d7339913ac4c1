import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { FaceLikeVectors } from '../../scripts/bench/face-like-vectors.js';
import { identityOf } from '../../src/gallery/model-identity.js';
import { readPack } from '../../src/models/choose-pack.js';
import { DataKey } from '../../src/persistence/encryption/data-key.js';
import { openDatabase } from '../../src/persistence/people/sqlite/sqlite-database.js';
import { SqliteStore } from '../../src/persistence/people/sqlite/sqlite-store.js';
import { defaultManifestPath } from '../../src/util/paths.js';
import { GraphScan } from '../../src/vector-index/graph/graph-scan.js';
import { Arenas } from '../../src/vector-index/scan/arenas.js';
import { KeptScan } from '../../src/vector-index/scan/kept-scan.js';
import type { IndexState } from '../../src/vector-index/vector-index.js';
import { temporaryFolder } from '../persistence/temporary-folder.js';
import { field, type PartInit } from '../support/multipart.js';
import { type ServerProcess, startServer } from '../support/server-process.js';
import { type Answer, client, httpTarget } from '../support/target.js';
import { tracesIn } from '../support/traces.js';
import { batch } from '../vector-index/batch.js';
import { bytesInGraph, bytesInSketch } from '../vector-index/kept-bytes.js';
import type { Calls } from './load-client.js';

/** Kills that cut off a write. `npm run test:faults` asks for more. Their moments are random even with the same seed. */
const KILLS = Number(process.env.FAULT_KILLS ?? 1);
const SEED = Number(process.env.FAULT_SEED ?? 20_261_128);
/** People who come before each kill; one fewer go, from all over the collection, so that many parts change. */
const COMING = 20;
const apiKey = 'key-of-acme';
const secret = '5'.repeat(64);
const staff = { tenant: 'acme', collection: 'staff' };
const where = field('collection', staff.collection);
const model = identityOf((await readPack(defaultManifestPath, 'default')).embedders.v3.model);

type Person = [id: string, vector: Float32Array];

interface Settings {
  kind: 'scan' | 'hnsw';
  /** Nothing is kept of fewer than 8,192. What is written must be more than SQLite's cache, so that the file changes before the end. */
  faces: number;
  dataKey?: DataKey;
  /** Where a person who is there leaves traces. */
  marks: string[];
}

const trials: [string, Settings][] = [
  [
    'a graph and its sketches',
    { kind: 'hnsw', faces: 8400, marks: ['1.sqlite: graph', '1.sqlite: sketch', 'facesearch.sqlite: vector'] },
  ],
  ['encrypted sketches', { kind: 'scan', faces: 20_000, dataKey: new DataKey(Buffer.from(secret, 'hex')), marks: [] }],
];

test.each(KILLS > 1 ? trials : trials.slice(0, 1))(
  `${KILLS} × kill -9 while %s are written: each start goes on from what was kept, and nothing of the erased stays`,
  async (_, settings) => {
    const { kind, faces, marks } = settings;
    const place = new Place(await temporaryFolder(), settings);
    await place.fill();
    let kept = await place.kept();
    /** Milliseconds after the beginning of a write within which a kill comes. It adapts, so that some come too late. */
    let reach = 30;
    for (let kills = 0, round = 1; kills < KILLS; round++) {
      const server = await place.start();
      // What cannot be used is removed.
      if (kept.size > 0) expect(existsSync(place.file)).toBe(true);
      await place.change(server.calls);
      // A server also writes of its own accord: it looks every ten seconds whether enough has changed.
      if (round % 6 > 0) server.child.kill('SIGTERM');
      const latest = Date.now() + 25_000;
      while (!place.isWriting && server.child.exitCode === null && Date.now() < latest) await delay(1);
      await delay(place.random.next() * reach);
      await ended(server, 'SIGKILL');
      const isCut = place.isWriting;
      const before = kept;
      kept = await place.kept();
      expect(kept.size).toBeGreaterThanOrEqual(isCut && before.size === 0 ? 0 : faces);
      reach *= isCut ? 1.2 : 0.6;
      if (isCut) kills++;
      if (isCut && KILLS > 10 && kills % 10 === 0) console.log(`${kills} kills in ${round} rounds`);
    }

    const server = await place.start();
    await place.change(server.calls);
    expect(await ended(server, 'SIGTERM')).toBe(0);
    kept = await place.kept();
    expect(kept.size).toBe(place.present.size);
    if (kind === 'hnsw') expect(kept.inGraph).toBeGreaterThan(0);
    expect(await tracesIn(place.folder, marksOf(place.sample(place.erased, 3)))).toEqual([]);
    const [anyone] = place.present;
    const found = await tracesIn(place.folder, marksOf([anyone as Person]));
    expect(found.map((trace) => trace.replace(/ of .*/, '')).sort()).toEqual(marks);
  },
);

/** The folder of a server, and the people who are to be in it. */
class Place {
  readonly folder: string;
  readonly random = new FaceLikeVectors(SEED);
  readonly present = new Map<string, Float32Array>();
  readonly erased = new Map<string, Float32Array>();
  readonly #settings: Settings;
  #made = 0;

  constructor(folder: string, settings: Settings) {
    this.folder = folder;
    this.#settings = settings;
  }

  /** What the index keeps. */
  get file(): string {
    return join(this.folder, 'index', '1.sqlite');
  }

  /** The file is being written, or a kill has cut that off. */
  get isWriting(): boolean {
    return existsSync(`${this.file}-journal`);
  }

  /** Nothing is kept yet, except where there is a graph: a server would need several starts to build it. */
  async fill(): Promise<void> {
    const { kind, faces: count, dataKey } = this.#settings;
    const db = openDatabase(join(this.folder, 'facesearch.sqlite'), { key: dataKey });
    db.pragma('synchronous = OFF');
    const store = SqliteStore.over(db, { dataKey });
    const faces: [faceId: number, vector: Float32Array][] = [];
    db.exec('BEGIN');
    for (const [id, embedding] of this.#comers(count)) {
      const { faceId } = await store.addUserWithFace(staff, { id, name: `Name of ${id}` }, { embedding, model });
      faces.push([faceId, embedding]);
    }
    db.exec('COMMIT');
    await store.close();
    await mkdir(dirname(this.file));
    if (kind === 'scan') return;
    const { index } = this.#indexIn(dirname(this.file));
    await index.open();
    index.add(batch(...faces));
    await index.settled();
    await index.close();
  }

  /** A server that has found who is there, and nobody else. */
  async start(): Promise<ServerProcess & { calls: Calls }> {
    const { kind, dataKey } = this.#settings;
    const env = { API_KEYS: `acme:${apiKey}`, VECTOR_INDEX: kind, ...(dataKey && { DATA_KEY: secret }) };
    const started = () => {
      const server = startServer(this.folder, env);
      onTestFinished(() => void server.child.kill('SIGKILL'));
      return server;
    };
    let server = started();
    if (this.erased.size > 0 && this.random.next() < 0.2) {
      // Recovery, too, may be cut off.
      await delay(this.random.next() * 1500);
      await ended(server, 'SIGKILL');
      server = started();
    }
    const calls = client(httpTarget(await server.ready()), apiKey);
    const [present, erased] = [this.sample(this.present, 10), this.sample(this.erased, 10)];
    const owners = await Promise.all([...present, ...erased].map(([, vector]) => ownerOf(vector, calls)));
    expect(owners).toEqual([...present.map(([id]) => id), ...erased.map(() => undefined)]);
    return { ...server, calls };
  }

  /** Those who came last, and as many others. */
  sample(people: ReadonlyMap<string, Float32Array>, count: number): Person[] {
    const all = [...people];
    const newest = all.slice(-count);
    return [...newest, ...newest.map(() => all[Math.floor(this.random.next() * all.length)] as Person)];
  }

  /** People come, and others go: the oldest, some who have just come, and any. */
  async change({ post, delete: erase }: Calls): Promise<void> {
    const succeed = async (call: Promise<Answer>) => expect((await call).json.code).toBe('200');
    const come = async ([id, vector]: Person) => {
      await succeed(post('/create', where, field('id', id), field('name', `Name of ${id}`)));
      await succeed(post('/add_vector', where, field('id', id), vectorField(vector)));
    };
    const [oldest] = this.present;
    await Promise.all(this.#comers(COMING).map(come));
    const going = new Map([oldest as Person, ...this.sample(this.present, COMING / 2)].slice(0, COMING - 1));
    for (const [id, vector] of going) {
      this.present.delete(id);
      this.erased.set(id, vector);
    }
    await Promise.all([...going.keys()].map((id) => succeed(erase('/delete', where, field('id', id)))));
  }

  /** What the next start will find. */
  async kept(): Promise<IndexState> {
    const folder = await mkdtemp(join(this.folder, 'copy-'));
    await cp(dirname(this.file), folder, { recursive: true });
    const { index, troubles } = this.#indexIn(folder);
    await index.open();
    const { state } = index;
    await index.drop();
    await rm(folder, { recursive: true });
    expect(troubles).toEqual([]);
    return state;
  }

  #indexIn(folder: string) {
    const { kind, dataKey } = this.#settings;
    const troubles: string[] = [];
    const options = {
      cache: { folder, collectionId: 1, identity: model, dataKey },
      report: (trouble: string) => troubles.push(trouble),
    };
    const index = kind === 'hnsw' ? new GraphScan(new Arenas(), options) : new KeptScan(new Arenas(), options);
    return { index, troubles };
  }

  #comers(count: number): Person[] {
    const people = Array.from({ length: count }, (): Person => [`person-${this.#made++}`, this.random.person()]);
    for (const [id, vector] of people) this.present.set(id, vector);
    return people;
  }
}

async function ownerOf(vector: Float32Array, { post }: Calls): Promise<string | undefined> {
  const { json } = await post('/search_vector', where, vectorField(vector), field('threshold', '0.999'));
  if (json.code !== '404') expect(json.code).toBe('200');
  return (json.data as { id: string } | null)?.id;
}

function vectorField(vector: Float32Array): PartInit {
  return field('vector', JSON.stringify([...vector]));
}

/** @returns the exit code of a server that has said nothing of trouble */
async function ended({ child, exitCode, output }: ServerProcess, signal: NodeJS.Signals): Promise<number | null> {
  child.kill(signal);
  const code = await exitCode;
  expect([0, null]).toContain(code);
  expect(output.stderr).toBe('');
  expect(output.stdout).not.toMatch(/"level":[456]0/);
  return code;
}

/** What of people may lie in a file. */
function marksOf(people: readonly Person[]): Map<string, Buffer> {
  return new Map(
    people.flatMap(([id, vector]) => [
      [`vector of ${id}`, Buffer.from(vector.buffer, 0, 64)],
      [`sketch of ${id}`, bytesInSketch(vector)[0] as Buffer],
      [`graph of ${id}`, bytesInGraph(vector)[0] as Buffer],
    ]),
  );
}
