import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { PhotoOptions } from '../../src/vision/face-analyser.js';
import { ServiceCheckedAnalyser } from '../../src/vision/liveness-service.js';
import { FakeAnalyser } from '../support/fakes.js';

const options: PhotoOptions = { version: 'v3', allowIdCard: false, severalFaces: 'refuse', disableValidation: false };
const face = Buffer.from('cos:1');

/** A vendor's service on loopback. It answers with the status and the text; `never` does not answer. */
async function startService(answer: [status: number, text: string] | 'never') {
  const received: Buffer[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    received.push(Buffer.concat(chunks));
    if (answer !== 'never') response.writeHead(answer[0], { location: 'http://127.0.0.1:9/' }).end(answer[1]);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/judge` };
}

function asking(url: string, mode: 'report' | 'refuse' = 'refuse', onError: 'refuse' | 'pass' = 'refuse') {
  const onFailure = vi.fn();
  const inner = new FakeAnalyser();
  return { onFailure, analyser: new ServiceCheckedAnalyser(inner, mode, { url, timeout: 300, onError, onFailure }) };
}

describe('a liveness service', () => {
  it('gets the photo as it came, and its verdict holds', async () => {
    const service = await startService([200, '{"live": false, "score": 0.2}']);
    const { analyser } = asking(service.url);
    await expect(analyser.embedPhoto(face, options)).rejects.toMatchObject({ errorName: 'NOT_LIVE', code: 406 });
    expect(await analyser.lookAt(face, options)).toMatchObject({ refusal: { reason: 'not-live' } });
    expect(await analyser.lookAt(face, options)).not.toHaveProperty('embedding');
    expect(service.received).toEqual([face, face, face]);
    const good = await startService([200, '{"live": true}']);
    expect((await asking(good.url).analyser.embedPhoto(face, options)).embedding).toHaveLength(512);
  });

  it('gets no photo that is refused anyway, or that need not be live', async () => {
    const service = await startService([200, '{"live": false}']);
    const { analyser } = asking(service.url);
    await expect(analyser.embedPhoto(Buffer.from('none'), options)).rejects.toMatchObject({ errorName: 'NO_FACE' });
    expect(await analyser.analysePhoto(Buffer.from('card'), options)).toMatchObject({ refusal: { reason: 'id-card' } });
    await analyser.embedPhoto(face, { ...options, withoutLiveness: true });
    await analyser.embedForMatch(face, { disableValidation: false });
    await analyser.embedCrop(face, 'v3');
    expect(service.received).toEqual([]);
  });

  it('refuses nothing where scores are only reported', async () => {
    const service = await startService([200, '{"live": false}']);
    const { analyser } = asking(service.url, 'report');
    expect((await analyser.embedPhoto(face, options)).embedding).toHaveLength(512);
    expect(await analyser.lookAt(face, options)).toMatchObject({ refusal: null, embedding: expect.anything() });
  });

  it.each([
    ['an error', [500, '{"live": true}'], 'HTTP 500'],
    ['a redirection', [302, ''], 'HTTP 302'],
    ['something else', [200, '{"alive": true}'], 'neither live nor not'],
    ['no JSON', [200, 'yes'], 'JSON'],
    ['an endless reply', [200, ' '.repeat(70_000)], 'too long'],
    ['nothing in time', 'never', 'no answer in time'],
  ] as const)('fails closed, or open where the operator says so: %s', async (_, answer, fault) => {
    const service = await startService(answer === 'never' ? answer : [answer[0], answer[1]]);
    const closed = asking(service.url);
    const refused = closed.analyser.embedPhoto(face, options);
    await expect(refused).rejects.toMatchObject({ code: 503, reason: 'liveness-unavailable' });
    expect(closed.onFailure.mock.calls[0]?.[0].message).toContain(fault);
    const open = asking(service.url, 'refuse', 'pass');
    expect((await open.analyser.embedPhoto(face, options)).embedding).toHaveLength(512);
    expect(open.onFailure).toHaveBeenCalledOnce();
  });
});
