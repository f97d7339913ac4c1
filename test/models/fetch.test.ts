import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { ensurePackageFiles } from '../../scripts/ensure-package-files.js';
import { sha256 } from '../../src/models/files.js';
import { fetchPackageFiles } from '../../src/models/package-files.js';
import { projectRoot } from '../../src/util/paths.js';
import { fakeNpm, integrityOf, makeTarball, noNpm, temporaryFolder, tinyPack } from './tiny-pack.js';

const hello = Buffer.from('hello');
const wanted = [{ path: 'data/hello.txt', sha256: sha256(hello) }];

/** A tarball at a place where only the fake npm finds it. */
async function published() {
  const folder = await temporaryFolder();
  const file = join(folder, 'elsewhere.tgz');
  const integrity = await makeTarball(file, { 'data/hello.txt': hello, 'data/unwanted.txt': Buffer.from('no') });
  const source = { package: '@tiny/data', version: '1.2.3', integrity };
  return { source, file, tarballDir: join(folder, 'tarballs') };
}

const deliver = (file: string) =>
  `fs.copyFileSync(${JSON.stringify(file)}, destination + '/tiny-data-1.2.3.tgz'); console.log('[]');`;

test('npm is asked for exactly one package and its wanted files are read', async () => {
  const { source, file, tarballDir } = await published();
  const asked = join(dirname(file), 'asked.json');
  await fakeNpm(`fs.writeFileSync(${JSON.stringify(asked)}, JSON.stringify(process.argv.slice(2))); ${deliver(file)}`);
  const files = await fetchPackageFiles(source, wanted, { tarballDir });
  expect([...files]).toEqual([['data/hello.txt', hello]]);
  const args = JSON.parse(await readFile(asked, 'utf8')) as string[];
  expect(args.slice(0, 2)).toEqual(['pack', '@tiny/data@1.2.3']);
  expect(args).toContain('--ignore-scripts');
});

test('the fetched tarball is removed afterwards', async () => {
  const { source, file, tarballDir } = await published();
  const told = join(dirname(file), 'told.txt');
  await fakeNpm(`fs.writeFileSync(${JSON.stringify(told)}, destination); ${deliver(file)}`);
  await fetchPackageFiles(source, wanted, { tarballDir });
  expect(existsSync(await readFile(told, 'utf8'))).toBe(false);
});

test('a tarball of wrong integrity is refused with both hashes', async () => {
  const { source, file, tarballDir } = await published();
  await fakeNpm(deliver(file));
  const other = { ...source, integrity: `sha512-${'A'.repeat(86)}==` };
  const error = await fetchPackageFiles(other, wanted, { tarballDir }).catch((reason: Error) => reason);
  expect(String(error)).toContain('@tiny/data@1.2.3');
  expect(String(error)).toContain(`expected ${other.integrity}`);
  expect(String(error)).toContain(`found    ${source.integrity}`);
});

test('a file of wrong SHA-256 is refused with both hashes', async () => {
  const { source, file, tarballDir } = await published();
  await fakeNpm(deliver(file));
  const expected = 'a'.repeat(64);
  await expect(
    fetchPackageFiles(source, [{ path: 'data/hello.txt', sha256: expected }], { tarballDir }),
  ).rejects.toThrow(
    `Wrong SHA-256: data/hello.txt of @tiny/data@1.2.3\n  expected ${expected}\n  found    ${sha256(hello)}`,
  );
});

test('a file that the tarball lacks is named', async () => {
  const { source, file, tarballDir } = await published();
  await fakeNpm(deliver(file));
  await expect(
    fetchPackageFiles(source, [{ path: '../../etc/passwd', sha256: 'a'.repeat(64) }], { tarballDir }),
  ).rejects.toThrow('has no file ../../etc/passwd');
});

test("the message without a connection repeats npm's words and says where to put the tarball", async () => {
  const { source, tarballDir } = await published();
  await fakeNpm(
    `console.log(JSON.stringify({ error: { code: 'ENOTFOUND', summary: 'no such host' } })); process.exit(1);`,
  );
  const error = String(await fetchPackageFiles(source, wanted, { tarballDir }).catch((reason: Error) => reason));
  expect(error).toContain('ENOTFOUND: no such host');
  expect(error).toContain('npm pack @tiny/data@1.2.3');
  expect(error).toContain(join(tarballDir, 'tiny-data-1.2.3.tgz'));
  expect(error).toContain('MODELS_TARBALL_DIR');
});

test('the message without npm says where to put the tarball too', async () => {
  const { source, tarballDir } = await published();
  const before = process.env.PATH;
  process.env.PATH = tarballDir;
  const error = String(await fetchPackageFiles(source, wanted, { tarballDir }).catch((reason: Error) => reason));
  process.env.PATH = before;
  expect(error).toContain('spawn npm ENOENT');
  expect(error).toContain(join(tarballDir, 'tiny-data-1.2.3.tgz'));
});

test('an npm that fails without explaining itself is an error too', async () => {
  const { source, tarballDir } = await published();
  await fakeNpm('process.exit(7);');
  await expect(fetchPackageFiles(source, wanted, { tarballDir })).rejects.toThrow('npm ended with 7');
});

test('a tarball that a person put in place is used without npm, and checked', async () => {
  const { source, file, tarballDir } = await published();
  await noNpm();
  await mkdir(tarballDir);
  await rename(file, join(tarballDir, 'tiny-data-1.2.3.tgz'));
  const files = await fetchPackageFiles(source, wanted, { tarballDir });
  expect(files.get('data/hello.txt')).toEqual(hello);

  await writeFile(join(tarballDir, 'tiny-data-1.2.3.tgz'), 'half a tarball');
  const found = await integrityOf(join(tarballDir, 'tiny-data-1.2.3.tgz'));
  await expect(fetchPackageFiles(source, wanted, { tarballDir })).rejects.toThrow(`found    ${found}`);
});

test('files are fetched once, and again only when one is missing or damaged', async () => {
  const { source, file, tarballDir } = await published();
  await fakeNpm(deliver(file));
  const folder = join(dirname(file), 'files');
  const target = join(folder, 'hello.txt');
  expect(await ensurePackageFiles(source, wanted, folder, { tarballDir })).toEqual([target]);
  expect(await readdir(folder)).toEqual(['hello.txt']);
  await writeFile(target, 'damaged');
  expect(await ensurePackageFiles(source, wanted, folder, { tarballDir })).toEqual([target]);
  await noNpm();
  expect(await ensurePackageFiles(source, wanted, folder, { tarballDir })).toEqual([]);
});

test('`facesearch models` ends with exit code 1 and the message alone when a hash is wrong', async () => {
  const wrong = 'b'.repeat(64);
  const { manifestPath, tarballDir } = await tinyPack((manifest) => {
    manifest.models.detector.sha256 = wrong;
  });
  const { status, stderr } = spawnSync(process.execPath, [join(projectRoot, 'dist', 'src', 'main.js'), 'models'], {
    env: { ...process.env, MODEL_MANIFEST: manifestPath, MODEL_PACK: 'tiny', MODELS_TARBALL_DIR: tarballDir },
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(stderr).toContain(`Wrong SHA-256: model/detector.onnx of @tiny/models@1.0.0\n  expected ${wrong}`);
  expect(stderr).not.toContain('    at ');
});
