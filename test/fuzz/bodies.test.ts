import { connect } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLogger } from '../../src/observability/logging.js';
import { openGallery } from '../gallery/gallery-fixture.js';
import { listeningFakeApp } from '../support/fake-app.js';
import { FakeWebhooks } from '../support/fake-webhooks.js';
import { FakeAnalyser } from '../support/fakes.js';
import { field } from '../support/multipart.js';
import { type HostileCall, hostileCall } from './hostile-call.js';
import { expectMemoryBack, resident } from './memory.js';

/** `npm run test:fuzz` makes 20,000. */
const BODIES = Number(process.env.FUZZ_BODIES ?? 400);
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_124);
/** Calls that are under way at the same time. */
const AT_ONCE = 4;
/** JavaScript collects its garbage late. */
const SLACK = 192 * 1024 * 1024;

test(`${BODIES} hostile bodies are answered in form, with no 5xx but a deliberate 503, and leave no memory behind`, async () => {
  const { gallery, directory } = await openGallery();
  // It keeps what it saw, which would look like a leak.
  const analyser = Object.assign(new FakeAnalyser(), { seen: { push: () => 0 } });
  const { target, get, post } = await listeningFakeApp(
    { RATE_LIMIT: '0', FAILED_KEY_LIMIT: '0' },
    {
      services: () => ({ gallery, directory, analyser, model: 'm1', webhooks: new FakeWebhooks() }),
      logger: createLogger('silent'),
    },
  );
  await post('/create', field('id', 'u1'), field('name', 'Mai'));
  const codes = new Map<string, number>();
  let runs = 0;
  let before = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(hostileCall, { minLength: AT_ONCE, maxLength: AT_ONCE }), async (calls) => {
      const answers = await Promise.all(calls.map((call) => exchange(target.port, call)));
      for (const code of answers.flatMap(codesOf)) codes.set(code, (codes.get(code) ?? 0) + 1);
      if (++runs === Math.ceil(BODIES / AT_ONCE / 2)) before = resident();
    }),
    { seed: SEED, numRuns: Math.ceil(BODIES / AT_ONCE) },
  );
  process.stdout.write(`codes: ${[...codes].sort().join(' ')}\n`);
  expectMemoryBack(before, SLACK);
  // Each sort of outcome was reached, so the bodies were not all refused at the door.
  for (const code of ['200', '400', '404', '412']) expect(codes.get(code)).toBeGreaterThan(0);
  expect((await post('/create', field('id', 'after'), field('name', 'Mai'))).json.code).toBe('200');
  expect((await get('/list')).json.data).toContainEqual({ id: 'after', name: 'Mai' });
});

/** All that comes back, until the connection is closed. */
function exchange(port: number, { head, body, sent, piece }: HostileCall): Promise<string> {
  return new Promise((resolve) => {
    const received: Buffer[] = [];
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('data', (chunk) => received.push(chunk));
    // A server may close on unread bytes, which resets the connection.
    socket.on('error', () => {});
    socket.on('close', () => resolve(Buffer.concat(received).toString()));
    socket.on('end', () => socket.end());
    socket.write(head);
    for (let at = 0; at < sent; at += piece) socket.write(body.subarray(at, Math.min(sent, at + piece)));
    if (sent < body.length) socket.destroySoon();
    // The other half stays open: a length that is too great must not wait for ever.
    else socket.end();
  });
}

/** The codes of the answers; none where the connection broke before there was one. */
function codesOf(received: string): string[] {
  return received
    .split(/(?=HTTP\/1\.1 )/)
    .filter(Boolean)
    .map((answer) => {
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
      expect(status === 503 || (status >= 200 && status < 500), answer).toBe(true);
      const json = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as Record<string, unknown>;
      expect(typeof json.code, answer).toBe('string');
      expect('data' in json, answer).not.toBe('extra_data' in json);
      return json.code as string;
    });
}
