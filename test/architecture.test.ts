import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';

/** Modules of src/, the highest first: each may import only what stands below it. CONTRIBUTING.md explains them. */
const LAYERS = [
  ['main.ts'],
  ['cli'],
  ['server.ts'],
  ['app.ts'],
  ['evaluation', 'http'],
  ['wiring'],
  ['observability'],
  ['config'],
  ['accounts', 'events', 'gallery'],
  ['vector-index'],
  ['persistence', 'vision'],
  ['models'],
  ['core', 'util'],
];

const imports = readImports();

test('every module of src/ has its place in the list of layers', () => {
  const modules = new Set([...imports.keys()].map(moduleOf));
  expect([...LAYERS.flat()].sort()).toEqual([...modules].sort());
});

test('imports point downwards', () => {
  const upwards = [...imports].flatMap(([file, targets]) =>
    targets.filter((target) => !mayImport(moduleOf(file), moduleOf(target))).map((target) => `${file} -> ${target}`),
  );
  expect(upwards).toEqual([]);
});

test('no files import each other in a circle', () => {
  expect(circles()).toEqual([]);
});

test('no two exported types share a name', () => {
  const places = new Map<string, string[]>();
  for (const file of imports.keys()) {
    // A constant with the type of its values, such as that of a library's class, is one thing in one file.
    const names = new Set(
      [
        ...readFileSync(file, 'utf8').matchAll(/^export (?:declare |abstract )*(?:interface|type|class|enum) (\w+)/gm),
      ].map(([, name = '']) => name),
    );
    for (const name of names) places.set(name, [...(places.get(name) ?? []), file]);
  }
  expect([...places].filter(([, files]) => files.length > 1)).toEqual([]);
});

test('no file of src/ has more than 300 lines', () => {
  const long = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .map((name) => join('src', name))
    .filter((path) => statSync(path).isFile())
    .filter((file) => readFileSync(file, 'utf8').trimEnd().split('\n').length > 300);
  expect(long).toEqual([]);
});

test('what CONTRIBUTING.md says where to find lies there', () => {
  const rows = [
    ...readFileSync('CONTRIBUTING.md', 'utf8').matchAll(/^\| ([^|`]+) \| `(src\/[^`]+\.ts)` \| `(\w+)` \|$/gm),
  ];
  expect(rows.length).toBeGreaterThanOrEqual(8);
  for (const [, what, file = '', name] of rows) {
    const exported = new RegExp(`^export (?:async )?(?:function|const|class|interface) ${name}\\b`, 'm');
    expect(readFileSync(file, 'utf8'), what).toMatch(exported);
  }
});

function mayImport(from: string, to: string): boolean {
  return from === to || layerOf(to) > layerOf(from);
}

function layerOf(module: string): number {
  return LAYERS.findIndex((layer) => layer.includes(module));
}

function moduleOf(file: string): string {
  return file.split('/')[1] as string;
}

/** File → files that it imports, types included, as paths from the project's folder. */
function readImports(): Map<string, string[]> {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => join('src', name));
  return new Map(
    files.map((file) => {
      const specifiers = readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g);
      return [
        file,
        [...specifiers].map(([, path = '']) => normalize(join(dirname(file), path.replace(/\.js$/, '.ts')))),
      ];
    }),
  );
}

/** Each circle once, as the files along it. */
function circles(): string[][] {
  const found: string[][] = [];
  const finished = new Set<string>();
  const walk = (file: string, path: string[]): void => {
    const start = path.indexOf(file);
    if (start >= 0) {
      found.push(path.slice(start));
      return;
    }
    if (finished.has(file)) return;
    for (const target of imports.get(file) ?? []) walk(target, [...path, file]);
    finished.add(file);
  };
  for (const file of imports.keys()) walk(file, []);
  return found;
}
