import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type CuttingServer, cuttingServer } from '../../scripts/bench/packs/cutting-server.js';
import { zipOf } from '../../scripts/bench/packs/zip-file.js';
import { sha256 } from '../../src/models/files.js';
import type { FetchOptions } from '../../src/models/npm-pack.js';
import { loadPack, preparePack } from '../../src/models/pack.js';
import { sourceSchema, type UrlSource } from '../../src/models/sources.js';
import { proxyFor } from '../../src/models/url/proxy.js';
import { fetchUrlFiles } from '../../src/models/url/url-files.js';
import { readZipMember } from '../../src/models/url/zip-member.js';
import { makeCertificate } from '../support/make-certificate.js';
import { tinyEmbedder } from './tiny-models.js';
import { temporaryFolder, tinyPack } from './tiny-pack.js';

/** Half a megabyte that no part of is like another. */
const weights = Buffer.from(Array.from({ length: 500_000 }, (_, i) => (i * 2654435761) >>> 24));

async function serving(files: Record<string, Buffer>, cuts = 0): Promise<CuttingServer> {
  const server = await cuttingServer(files, cuts);
  onTestFinished(() => server.close());
  return server;
}

function sourceAt(url: string, file: Buffer, more: Partial<UrlSource> = {}): UrlSource {
  return { kind: 'url', url, mirrors: [], bytes: file.length, sha256: sha256(file), licence: 'MIT', ...more };
}

async function folders(): Promise<FetchOptions & { downloadDir: string; tarballDir: string; lines: string[] }> {
  const folder = await temporaryFolder();
  const lines: string[] = [];
  return {
    downloadDir: join(folder, 'downloads'),
    tarballDir: join(folder, 'tarballs'),
    log: (line) => lines.push(line),
    lines,
    pause: async () => undefined,
    env: {},
  };
}

const whole = (file: Buffer) => [{ path: undefined, sha256: sha256(file) }];

test('a download that is cut five times goes on where it was each time, and has the right digest', async () => {
  const { origin, seen } = await serving({ '/w.onnx': weights }, 5);
  const options = await folders();
  const { files, downloaded } = await fetchUrlFiles(
    'w',
    sourceAt(`${origin}/w.onnx`, weights),
    whole(weights),
    options,
  );
  expect(files[0]?.equals(weights)).toBe(true);
  const starts = seen.map(({ range }) => Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0));
  expect(starts).toHaveLength(6);
  expect(starts).toEqual([...starts].sort((a, b) => a - b));
  expect(new Set(starts).size).toBe(6);
  expect(options.lines.filter((line) => line.includes('going on'))).toHaveLength(5);
  expect(await readdir(options.downloadDir)).toEqual([sha256(weights)]);
  expect(downloaded).toBe(join(options.downloadDir, sha256(weights)));
});

test('what came before the process was killed is kept, and only the rest is asked for', async () => {
  const { origin, seen } = await serving({ '/w.onnx': weights });
  const options = await folders();
  await mkdir(options.downloadDir);
  await writeFile(join(options.downloadDir, `${sha256(weights)}.part`), weights.subarray(0, 123_456));
  // The lock of a process that is gone.
  const dead = await new Promise<number>((resolve) => {
    const child = execFile(process.execPath, ['-e', ''], () => resolve(child.pid ?? 0));
  });
  await writeFile(join(options.downloadDir, `${sha256(weights)}.lock`), `${hostname()} ${dead}`);
  await fetchUrlFiles('w', sourceAt(`${origin}/w.onnx`, weights), whole(weights), options);
  expect(seen).toEqual([{ path: '/w.onnx', range: 'bytes=123456-' }]);
});

test('a lock of another machine is taken when nobody has refreshed it', async () => {
  const { origin } = await serving({ '/w.onnx': weights });
  const options = await folders();
  await mkdir(options.downloadDir);
  const lock = join(options.downloadDir, `${sha256(weights)}.lock`);
  await writeFile(lock, 'another-container 7');
  const longAgo = new Date(Date.now() - 3_600_000);
  await utimes(lock, longAgo, longAgo);
  await fetchUrlFiles('w', sourceAt(`${origin}/w.onnx`, weights), whole(weights), options);
  expect(await readdir(options.downloadDir)).toEqual([sha256(weights)]);
});

test('two at once download the file once', async () => {
  const { origin, seen } = await serving({ '/w.onnx': weights });
  const options = await folders();
  const source = sourceAt(`${origin}/w.onnx`, weights);
  const both = [1, 2].map(() => fetchUrlFiles('w', source, whole(weights), options));
  for (const { files } of await Promise.all(both)) expect(files[0]?.equals(weights)).toBe(true);
  expect(seen).toHaveLength(1);
});

test('the beginning of another file is thrown away, and the download begins anew', async () => {
  const { origin, seen } = await serving({ '/w.onnx': weights });
  const options = await folders();
  await mkdir(options.downloadDir);
  await writeFile(join(options.downloadDir, `${sha256(weights)}.part`), Buffer.alloc(1000));
  const { files } = await fetchUrlFiles('w', sourceAt(`${origin}/w.onnx`, weights), whole(weights), options);
  expect(files[0]?.equals(weights)).toBe(true);
  expect(seen.map(({ range }) => range)).toEqual(['bytes=1000-', undefined]);
});

test('a wrong digest is refused with both, the next address is asked, and nothing wrong is left', async () => {
  const other = Buffer.from(weights).fill(1, 0, 10);
  const { origin, seen } = await serving({ '/a/w.onnx': other, '/b/w.onnx': weights });
  const options = await folders();
  const mirrored = sourceAt(`${origin}/a/w.onnx`, weights, { mirrors: [`${origin}/b/w.onnx`] });
  const { files } = await fetchUrlFiles('w', mirrored, whole(weights), options);
  expect(files[0]?.equals(weights)).toBe(true);
  expect(seen.map(({ path }) => path)).toEqual(['/a/w.onnx', '/b/w.onnx']);

  const alone = await folders();
  const error = String(
    await fetchUrlFiles('w', sourceAt(`${origin}/a/w.onnx`, weights), whole(weights), alone).catch((reason) => reason),
  );
  expect(error).toContain('Cannot download the source "w"');
  expect(error).toContain(`expected ${sha256(weights)}`);
  expect(error).toContain(`found    ${sha256(other)}`);
  expect(error).toContain(`put it in place as ${join(alone.tarballDir, 'w.onnx')}`);
  expect(await readdir(alone.downloadDir)).toEqual([]);
});

test('an address that has no such file, or one of another size, is given up at once', async () => {
  const { origin, seen } = await serving({ '/short.onnx': weights.subarray(1) });
  const options = await folders();
  const source = sourceAt(`${origin}/none.onnx`, weights, { mirrors: [`${origin}/short.onnx`] });
  const error = String(await fetchUrlFiles('w', source, whole(weights), options).catch((reason) => reason));
  expect(error).toContain('it answers with status 404');
  expect(error).toContain(`the file there has ${weights.length - 1} bytes, not ${weights.length}`);
  expect(seen).toHaveLength(2);
});

test('a busy server is asked again after the time that it names, and given up after five tries', async () => {
  let calls = 0;
  const server = createServer((_request, response) => {
    calls++;
    response.writeHead(503, { 'retry-after': '7' }).end();
  });
  const origin = await listen(server);
  const pauses: number[] = [];
  const options = { ...(await folders()), pause: async (ms: number) => void pauses.push(ms) };
  await expect(fetchUrlFiles('w', sourceAt(`${origin}/w.onnx`, weights), whole(weights), options)).rejects.toThrow(
    'it answers with status 503',
  );
  expect(calls).toBe(5);
  expect(pauses).toEqual([7000, 7000, 7000, 8000].map((ms, i) => Math.max(ms, 1000 * 2 ** i)).slice(0, pauses.length));
  expect(pauses).toHaveLength(4);
});

test('a server without ranges sends all of it anew', async () => {
  let calls = 0;
  const origin = await listen(
    createServer((_request, response) => {
      calls++;
      response.writeHead(200, { 'content-length': weights.length });
      if (calls === 1) response.write(weights.subarray(0, 1000), () => response.destroy());
      else response.end(weights);
    }),
  );
  const { files } = await fetchUrlFiles('w', sourceAt(`${origin}/w.onnx`, weights), whole(weights), await folders());
  expect(files[0]?.equals(weights)).toBe(true);
});

test('redirects are followed, but to no plain address of another machine', async () => {
  const { origin } = await serving({ '/w.onnx': weights });
  const redirecting = (location: string) =>
    listen(createServer((_request, response) => void response.writeHead(302, { location }).end()));
  const good = await redirecting(`${origin}/w.onnx`);
  const { files } = await fetchUrlFiles('w', sourceAt(`${good}/w.onnx`, weights), whole(weights), await folders());
  expect(files[0]?.equals(weights)).toBe(true);
  const bad = await redirecting('http://example.com/w.onnx');
  await expect(fetchUrlFiles('w', sourceAt(`${bad}/w.onnx`, weights), whole(weights), await folders())).rejects.toThrow(
    'leads to an address that is not https',
  );
});

test('MODELS_MIRROR is asked first', async () => {
  const { origin, seen } = await serving({ '/mirror/w.onnx': weights });
  const options = { ...(await folders()), env: { MODELS_MIRROR: `${origin}/mirror/` } };
  await fetchUrlFiles('w', sourceAt(`${origin}/gone/w.onnx`, weights), whole(weights), options);
  expect(seen.map(({ path }) => path)).toEqual(['/mirror/w.onnx']);
});

test('a file put in place by hand is used without a connection, and checked', async () => {
  const options = await folders();
  const source = sourceAt('https://weights.invalid/w.onnx', weights);
  await mkdir(options.tarballDir);
  await writeFile(join(options.tarballDir, 'w.onnx'), weights);
  const { files, downloaded } = await fetchUrlFiles('w', source, whole(weights), options);
  expect(files[0]?.equals(weights)).toBe(true);
  expect(downloaded).toBeUndefined();
  await writeFile(join(options.tarballDir, 'w.onnx'), 'other weights of the same name');
  await expect(fetchUrlFiles('w', source, whole(weights), options)).rejects.toThrow(`expected ${sha256(weights)}`);
});

test('one file of a ZIP archive is read, with or without the folder that it lies in', async () => {
  const path = join(await temporaryFolder(), 'a.zip');
  const zip = zipOf({
    'readme.txt': Buffer.from('hello'),
    'pack/w.onnx': weights,
    'pack/b/twice': weights,
    twice: weights,
  });
  await writeFile(path, zip);
  expect((await readZipMember(path, 'w.onnx')).equals(weights)).toBe(true);
  expect((await readZipMember(path, 'pack/w.onnx')).equals(weights)).toBe(true);
  expect((await readZipMember(path, 'readme.txt')).toString()).toBe('hello');
  expect((await readZipMember(path, 'twice')).equals(weights)).toBe(true);
  await expect(readZipMember(path, 'none')).rejects.toThrow('the archive has no file none');
  await writeFile(path, zipOf({ 'a/w': weights, 'b/w': weights }));
  await expect(readZipMember(path, 'w')).rejects.toThrow('several files w');
  for (const broken of [zip.subarray(0, zip.length - 30), zip.subarray(100), Buffer.alloc(0), Buffer.alloc(100)]) {
    await writeFile(path, broken);
    await expect(readZipMember(path, 'w.onnx')).rejects.toThrow('the archive');
  }
  const spoiled = Buffer.from(zip).fill(0xff, zip.indexOf('pack/w.onnx') + 20, zip.indexOf('pack/w.onnx') + 400);
  await writeFile(path, spoiled);
  await expect(readZipMember(path, 'w.onnx')).rejects.toThrow('the archive is damaged');
});

test('the proxy of the environment is asked, but not for hosts that NO_PROXY names', () => {
  const via = (env: Record<string, string>, url = 'https://a.example.com/w') => proxyFor(new URL(url), env)?.href;
  const HTTPS_PROXY = 'http://proxy:3128';
  expect(via({})).toBeUndefined();
  expect(via({ HTTPS_PROXY })).toBe('http://proxy:3128/');
  expect(via({ HTTPS_PROXY, https_proxy: 'other:8080' })).toBe('http://other:8080/');
  expect(via({ HTTPS_PROXY }, 'http://127.0.0.1/w')).toBeUndefined();
  for (const NO_PROXY of [
    '*',
    'example.com',
    '.example.com',
    '*.example.com',
    'x, A.EXAMPLE.COM',
    'a.example.com:443',
  ]) {
    expect(via({ HTTPS_PROXY, NO_PROXY }), NO_PROXY).toBeUndefined();
  }
  for (const NO_PROXY of ['', 'ample.com', 'b.example.com', 'a.example.com:8443', 'example.org']) {
    expect(via({ HTTPS_PROXY, NO_PROXY }), NO_PROXY).toBe('http://proxy:3128/');
  }
  expect(() => via({ HTTPS_PROXY: 'socks5://proxy:1080' })).toThrow('HTTPS_PROXY must look like');
});

test('a download goes through the proxy with its user and password, cut and resumed there too', async () => {
  const { cert, key } = await makeCertificate(await temporaryFolder(), 'weights');
  let cuts = 2;
  const ranges: (string | undefined)[] = [];
  const target = createTlsServer({ cert: await readFile(cert), key: await readFile(key) }, (request, response) => {
    const { range } = request.headers;
    ranges.push(range);
    const start = Number(/(\d+)/.exec(range ?? '')?.[1] ?? 0);
    response.writeHead(range ? 206 : 200, {
      'content-length': weights.length - start,
      'content-range': `bytes ${start}-${weights.length - 1}/${weights.length}`,
    });
    if (cuts-- > 0) response.write(weights.subarray(start, start + 100_000), () => response.destroy());
    else response.end(weights.subarray(start));
  });
  const port = new URL(await listen(target)).port;
  const asked: { target: string; credentials: string | undefined }[] = [];
  const proxy = createServer();
  proxy.on('connect', (request, socket) => {
    asked.push({ target: request.url ?? '', credentials: request.headers['proxy-authorization'] });
    const through = connect(Number(port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      through.pipe(socket).pipe(through);
    });
    for (const each of [through, socket]) each.on('error', () => undefined);
  });
  const proxyUrl = (await listen(proxy)).replace('//', '//me:p%40ss@');
  // The certificate is signed by nobody. What is read when a connection begins is set for this test alone.
  const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
  onTestFinished(() => {
    if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
  });
  const options = { ...(await folders()), env: { HTTPS_PROXY: proxyUrl } };
  const source = sourceAt('https://weights.invalid/w.onnx', weights);
  const { files } = await fetchUrlFiles('w', source, whole(weights), options);
  expect(files[0]?.equals(weights)).toBe(true);
  const credentials = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
  expect(asked).toEqual([1, 2, 3].map(() => ({ target: 'weights.invalid:443', credentials })));
  expect(ranges[0]).toBeUndefined();
  expect(ranges.slice(1).every((range) => /^bytes=\d+-$/.test(range ?? ''))).toBe(true);
});

test('a proxy that refuses is named without its password', async () => {
  const proxy = createServer();
  proxy.on('connect', (_request, socket) => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'));
  const proxyUrl = (await listen(proxy)).replace('//', '//me:secret@');
  const options = { ...(await folders()), env: { HTTPS_PROXY: proxyUrl } };
  const source = sourceAt('https://weights.invalid/w.onnx', weights);
  const error = String(await fetchUrlFiles('w', source, whole(weights), options).catch((reason) => reason));
  expect(error).toContain('wants a user and a password');
  expect(error).not.toContain('secret');
});

test('sources are checked: https alone, one digest, one kind', () => {
  const source = sourceAt('https://a.example/w.onnx', weights);
  expect(sourceSchema.safeParse(source).success).toBe(true);
  for (const url of [
    'http://a.example/w',
    'ftp://a.example/w',
    'https://a.example/',
    'https://me:x@a.example/w',
    'w',
  ]) {
    expect(sourceSchema.safeParse({ ...source, url }).success, url).toBe(false);
  }
  expect(sourceSchema.safeParse({ ...source, url: 'http://127.0.0.1:1/w' }).success).toBe(true);
  expect(sourceSchema.safeParse({ ...source, sha256: 'x' }).success).toBe(false);
  expect(sourceSchema.safeParse({ ...source, package: 'p' }).success).toBe(false);
  const npm = { package: 'p', version: '1.0.0', integrity: 'sha512-AA==', licence: 'MIT' };
  expect(sourceSchema.parse(npm)).toEqual({ kind: 'npm', ...npm });
});

test('a pack is prepared from the web once, with its licence accepted, and the download is removed', async () => {
  const embedder = tinyEmbedder({ seed: 5 });
  const zip = zipOf({ 'w.onnx': embedder });
  const { origin, seen } = await serving({ '/pack.zip': zip }, 1);
  const { manifestPath, preparedDir, tarballDir } = await tinyPack((manifest) => {
    const sources = manifest.sources as Record<string, unknown>;
    sources.web = sourceAt(`${origin}/pack.zip`, zip, {
      archive: 'zip',
      licence: 'for research',
      mustAccept: 'research',
    });
    manifest.models.embedder.file = { source: 'web', path: 'w.onnx' };
    manifest.models.embedder.sha256 = sha256(embedder);
  });
  const options = { ...(await folders()), preparedDir, tarballDir };
  await expect(preparePack(manifestPath, 'tiny', options)).rejects.toThrow(
    /for research[\s\S]*ACCEPT_LICENCE=research/,
  );
  expect(seen).toEqual([]);
  await preparePack(manifestPath, 'tiny', { ...options, acceptLicence: 'other, research' });
  expect(seen).toHaveLength(2);
  expect(await readdir(options.downloadDir)).toEqual([]);
  await preparePack(manifestPath, 'tiny', { ...options, acceptLicence: 'research' });
  expect(seen).toHaveLength(2);
  const pack = await loadPack(manifestPath, 'tiny', preparedDir);
  expect((await stat(pack.embedders.v3.model.weights)).size).toBeGreaterThan(1000);
});

test('an archive without a path, and a path without an archive, are told', async () => {
  const told = async (file: object, more: Partial<UrlSource>) => {
    const { manifestPath, preparedDir } = await tinyPack((manifest) => {
      (manifest.sources as Record<string, unknown>).web = sourceAt('https://a.example/w.onnx', weights, more);
      manifest.models.embedder.file = file;
    });
    return preparePack(manifestPath, 'tiny', { preparedDir }).catch((error: Error) => error.message);
  };
  expect(await told({ source: 'web' }, { archive: 'zip' })).toContain('does not say which "path"');
  expect(await told({ source: 'web', path: 'w.onnx' }, {})).toContain('source "web" is one file');
});

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
