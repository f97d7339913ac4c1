import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as tar from 'tar';
import { onTestFinished } from 'vitest';
import { sha256 } from '../../src/models/files.js';
import { tinyDetector, tinyEmbedder, tinyLandmarks } from './tiny-models.js';

/** A new folder that is removed when the test is done. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'models-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Packs files as npm does, under package/. @returns the integrity string */
export async function makeTarball(path: string, files: Record<string, Buffer>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, data] of Object.entries(files)) {
    await mkdir(dirname(join(folder, 'package', name)), { recursive: true });
    await writeFile(join(folder, 'package', name), data);
  }
  await mkdir(dirname(path), { recursive: true });
  await tar.create({ file: path, cwd: folder, gzip: true }, ['package']);
  return integrityOf(path);
}

export async function integrityOf(path: string): Promise<string> {
  return `sha512-${createHash('sha512')
    .update(await readFile(path))
    .digest('base64')}`;
}

/**
 * Puts a program named npm before the real one, which runs `body` (JavaScript; `destination` is the folder to put the
 * tarball into), until the test is done.
 */
export async function fakeNpm(body: string): Promise<void> {
  const folder = await temporaryFolder();
  const program = join(folder, 'npm');
  const start = `#!${process.execPath}
const destination = process.argv[process.argv.indexOf('--pack-destination') + 1];
const fs = require('node:fs');
`;
  await writeFile(program, start + body);
  await chmod(program, 0o755);
  const before = process.env.PATH;
  process.env.PATH = `${folder}:${before}`;
  onTestFinished(() => {
    process.env.PATH = before;
  });
}

/** An npm that must not be started. */
export async function noNpm(): Promise<void> {
  await fakeNpm(
    `console.log(JSON.stringify({ error: { code: 'EUSED', summary: 'npm was started' } })); process.exit(1);`,
  );
}

export type TinyManifest = ReturnType<typeof tinyManifest>;

/** A valid manifest with the pack `tiny`, whose detector comes from a tarball and whose other models are local. */
export function tinyManifest(integrity: string) {
  const common = { licence: 'MIT', prepare: ['flush-denormals', 'split-prelu'] };
  const pixels = { name: 'input', mean: 127.5, scale: 0.0078125 };
  const embedder = { model: 'embedder', mirror: false };
  return {
    sources: { tiny: { package: '@tiny/models', version: '1.0.0', integrity, licence: 'MIT' } } as Record<
      string,
      object
    >,
    models: {
      detector: {
        role: 'detector',
        family: 'ultraface',
        file: { source: 'tiny', path: 'model/detector.onnx' },
        sha256: sha256(tinyDetector()),
        ...common,
        input: { ...pixels, shape: [1, 1, 4, 2], channels: 'GRAY' },
        scoreThreshold: 0.7,
        nmsIou: 0.4,
      },
      landmarks: {
        role: 'landmarks',
        family: 'points68',
        file: { local: 'local/landmarks.onnx' },
        sha256: sha256(tinyLandmarks()),
        ...common,
        input: { ...pixels, shape: [1, 1, 2, 68], channels: 'GRAY' },
        passes: 1,
      },
      embedder: {
        role: 'embedder',
        family: 'arcface112',
        file: { local: 'local/embedder.onnx' } as object,
        sha256: sha256(tinyEmbedder()),
        ...common,
        input: { ...pixels, shape: [1, 3, 8, 8], channels: 'BGR' },
        calibration: {
          madeFrom: 'nothing',
          points: [
            { cosine: -1, similarity: 0 },
            { cosine: 1, similarity: 1 },
          ],
        },
      },
    },
    packs: {
      tiny: {
        detector: 'detector',
        landmarks: 'landmarks' as string | null,
        embedders: { none: embedder, v3: embedder, v4: { ...embedder, mirror: true } },
      },
    },
  };
}

export interface TinyPack {
  manifestPath: string;
  preparedDir: string;
  tarballDir: string;
  tarball: string;
  localFolder: string;
}

/** The manifest, its tarball in place by hand, and its local files, in a new folder. `change` may spoil the manifest. */
export async function tinyPack(change: (manifest: TinyManifest) => void = () => {}): Promise<TinyPack> {
  const folder = await temporaryFolder();
  const tarball = join(folder, 'tarballs', 'tiny-models-1.0.0.tgz');
  const integrity = await makeTarball(tarball, {
    'package.json': Buffer.from('{}'),
    'model/detector.onnx': tinyDetector(),
  });
  const localFolder = join(folder, 'local');
  await mkdir(localFolder);
  await writeFile(join(localFolder, 'landmarks.onnx'), tinyLandmarks());
  await writeFile(join(localFolder, 'embedder.onnx'), tinyEmbedder());
  const manifest = tinyManifest(integrity);
  change(manifest);
  const manifestPath = join(folder, 'manifest.json');
  await writeFile(manifestPath, JSON.stringify(manifest));
  const preparedDir = join(folder, 'prepared');
  return { manifestPath, preparedDir, tarballDir: dirname(tarball), tarball, localFolder };
}
