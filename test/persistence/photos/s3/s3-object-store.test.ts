import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeEach, expect, test } from 'vitest';
import { S3ObjectStore } from '../../../../src/persistence/photos/s3/s3-object-store.js';
import { useTestS3 } from '../../../support/s3-server.js';
import { scriptedServer } from '../../../support/scripted-server.js';
import { describeObjectStore } from '../describe-object-store.js';

const s3 = useTestS3();

describeObjectStore('photos in a bucket', async () => {
  await s3().clear();
  return async () => s3().store();
});

beforeEach(() => s3().clear());

/** On a service that answers as the test says. */
async function scripted(...answer: Parameters<typeof scriptedServer>): Promise<S3ObjectStore> {
  const endpoint = await scriptedServer(...answer);
  return new S3ObjectStore({ ...s3().options, endpoint, timeout: 1000 });
}

test('keys of objects come in pages, without that of the check', async () => {
  const keys = Array.from({ length: 1100 }, (_, i) => `faces/${String(i).padStart(4, '0')}`);
  const objects = s3().store();
  for (let i = 0; i < keys.length; i += 100)
    await Promise.all(keys.slice(i, i + 100).map((key) => objects.put(key, Buffer.from('x'))));
  await objects.check();
  const found: string[] = [];
  for await (const key of objects.keys()) found.push(key);
  expect(found.sort()).toEqual(keys);
});

test('the check passes for a bucket that can be used and leaves nothing in it', async () => {
  const objects = s3().store();
  await objects.check();
  expect(await objects.get('startup-check')).toBeUndefined();
});

test.each([
  ['another secret', { secretKey: 'wrong' }, 'read-only', 'SignatureDoesNotMatch'],
  ['an unknown access key', { accessKey: 'nobody' }, 'read-only', 'see S3_ACCESS_KEY (403 InvalidAccessKeyId)'],
  ['no such bucket', { bucket: 'nowhere' }, 'no-file', 'there is no bucket of this name'],
] as const)('%s is refused and reported', async (_what, options, trouble, text) => {
  const objects = s3().store(options);
  await expect(objects.check()).rejects.toMatchObject({ trouble, message: expect.stringContaining(text) });
  await expect(objects.put('faces/1', Buffer.from('a'))).rejects.toMatchObject({ trouble });
  await expect(objects.get('faces/1')).rejects.toMatchObject({ trouble });
  const error = await objects.check().catch(String);
  expect(error).not.toContain('wrong');
});

test('a server that answers but is no S3 is reported', async () => {
  const objects = await scripted((_request, response) => response.end('<html>It works!</html>'));
  await expect(objects.check()).rejects.toThrow('no S3-compatible service');
});

test('a service that is away is unreachable, and used again when it is back', async () => {
  const objects = s3().store();
  await objects.put('faces/1', Buffer.from('a'));
  await s3().goAway();
  const away = { trouble: 'unreachable', isOutage: true };
  await expect(objects.put('faces/2', Buffer.from('b'))).rejects.toMatchObject(away);
  await expect(objects.get('faces/1')).rejects.toMatchObject(away);
  await expect(objects.delete('faces/1')).rejects.toMatchObject(away);
  await expect(objects.keys()[Symbol.asyncIterator]().next()).rejects.toMatchObject(away);
  await s3().comeBack();
  expect(await objects.get('faces/1')).toEqual(Buffer.from('a'));
  expect(await objects.get('faces/2')).toBeUndefined();
});

test('a request that the service could not serve is sent again, up to three times', async () => {
  let requests = 0;
  const bodies: string[] = [];
  const objects = await scripted(async (request, response) => {
    bodies.push((await request.setEncoding('utf8').toArray()).join(''));
    response.statusCode = ++requests % 3 === 0 ? 200 : 503;
    response.end('<Error><Code>SlowDown</Code></Error>');
  });
  await objects.put('faces/1', Buffer.from('photo'));
  expect(bodies).toEqual(['photo', 'photo', 'photo']);
  const always = await scripted((_request, response) => {
    requests++;
    response.writeHead(500).end();
  });
  requests = 0;
  await expect(always.put('faces/1', Buffer.from('photo'))).rejects.toMatchObject({ trouble: 'unreachable' });
  expect(requests).toBe(3);
});

test('a connection that breaks before the answer is made again', async () => {
  let requests = 0;
  const objects = await scripted((request, response) => {
    if (++requests === 1) request.socket.destroy();
    else response.end('photo');
  });
  expect(await objects.get('faces/1')).toEqual(Buffer.from('photo'));
  expect(requests).toBe(2);
});

test('a service that does not answer in time is slow', async () => {
  const objects = await scripted(() => undefined);
  await expect(objects.get('faces/1')).rejects.toMatchObject({
    trouble: 'slow',
    message: expect.stringContaining('S3_TIMEOUT'),
  });
});

test('a host name that does not exist is unreachable', async () => {
  const objects = s3().store({ endpoint: 'http://nobody.invalid:9000' });
  await expect(objects.get('faces/1')).rejects.toMatchObject({ trouble: 'unreachable' });
});

test('a full service is reported, and not asked again', async () => {
  let requests = 0;
  const objects = await scripted((_request, response) => {
    requests++;
    response.writeHead(507).end('<Error><Code>XMinioStorageFull</Code></Error>');
  });
  await expect(objects.put('faces/1', Buffer.from('photo'))).rejects.toMatchObject({ trouble: 'full' });
  expect(requests).toBe(1);
});

test('a signed request does not follow a redirect to another host', async () => {
  let strangers = 0;
  const other = createServer((_request, response) => {
    strangers++;
    response.end('x');
  });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  const objects = await scripted((_request, response) => {
    response.writeHead(307, { location: `http://127.0.0.1:${port}/` }).end();
  });
  await expect(objects.get('faces/1')).rejects.toMatchObject({ trouble: 'failed' });
  expect(strangers).toBe(0);
  other.close();
});

/** As the S3 API reference says of buckets with versioning: headers x-amz-version-id and x-amz-delete-marker. */
test('a bucket that keeps versions is refused: nothing in it could be erased', async () => {
  const requests: string[] = [];
  const versioned = await scripted((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    response.setHeader('x-amz-version-id', 'v1');
    if (request.method === 'DELETE') response.setHeader('x-amz-delete-marker', 'true');
    response.end(request.method === 'GET' ? '<ListBucketResult></ListBucketResult>' : '');
  });
  await expect(versioned.check()).rejects.toThrow('it keeps versions');
  expect(requests.at(-1)).toBe('DELETE /photos/startup-check?versionId=v1');
  await expect(versioned.delete('faces/1')).rejects.toThrow('it keeps versions');
  const suspended = await scripted((request, response) => {
    response.setHeader('x-amz-version-id', 'null');
    if (request.method === 'DELETE') response.setHeader('x-amz-delete-marker', 'true');
    response.end(request.method === 'GET' ? '<ListBucketResult></ListBucketResult>' : '');
  });
  await suspended.check();
  await suspended.delete('faces/1');
});
