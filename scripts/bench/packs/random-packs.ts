import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sha256 } from '../../../src/models/files.js';
import { defaultManifestPath } from '../../../src/util/paths.js';
import { iresnet, scrfd10g, yunet } from './random-networks.js';
import { zipOf } from './zip-file.js';

interface ManifestJson {
  sources: Record<string, Record<string, unknown>>;
  models: Record<string, { file: object; sha256: string; calibration?: string }>;
  packs: Record<string, unknown>;
}

/** Files by their path on a server, and what their networks have. */
export interface RandomPacks {
  files: Record<string, Buffer>;
  parameters: Record<string, number>;
  /** Writes a manifest with the packs auraface-yunet and buffalo_l, whose weights come from this server. @returns its path */
  writeManifest(folder: string, origin: string): Promise<string>;
}

/** The packs auraface-yunet and buffalo_l of the manifest, with networks of the same shapes and random weights. */
export function randomPacks(): RandomPacks {
  const r100 = iresnet([3, 13, 30, 3], 100);
  const r50 = iresnet([3, 4, 14, 3], 50);
  const detector = scrfd10g(10);
  const tiny = yunet(1);
  const zip = zipOf({
    'det_10g.onnx': detector.file,
    '1k3d68.onnx': Buffer.from('unwanted'),
    'w600k_r50.onnx': r50.file,
  });
  const files = { '/glintr100.onnx': r100.file, '/buffalo_l.zip': zip, '/yunet.onnx': tiny.file };
  const digests = {
    'auraface-r100': sha256(r100.file),
    'w600k-r50': sha256(r50.file),
    'scrfd-10g': sha256(detector.file),
    'yunet-2023mar': sha256(tiny.file),
  };
  return {
    files,
    parameters: {
      'auraface-r100': r100.parameters,
      'w600k-r50': r50.parameters,
      'scrfd-10g': detector.parameters,
      'yunet-2023mar': tiny.parameters,
    },
    async writeManifest(folder, origin) {
      const manifest = JSON.parse(await readFile(defaultManifestPath, 'utf8')) as ManifestJson;
      const beside = (path: string) => join(dirname(defaultManifestPath), path);
      for (const [source, path] of [
        ['auraface', '/glintr100.onnx'],
        ['buffalo-l', '/buffalo_l.zip'],
        ['yunet', '/yunet.onnx'],
      ] as const) {
        const file = files[path];
        Object.assign(manifest.sources[source] ?? {}, {
          url: `${origin}${path}`,
          mirrors: [],
          bytes: file.length,
          sha256: sha256(file),
        });
      }
      for (const [name, digest] of Object.entries(digests))
        Object.assign(manifest.models[name] ?? {}, { sha256: digest });
      for (const model of Object.values(manifest.models)) {
        if ('local' in model.file) model.file = { local: beside(String(model.file.local)) };
        if (model.calibration) model.calibration = beside(model.calibration);
      }
      const path = join(folder, 'manifest.json');
      await writeFile(path, JSON.stringify(manifest));
      return path;
    },
  };
}
