import { createHmac } from 'node:crypto';
import type { lookup } from 'node:dns';
import { expect, test, vi } from 'vitest';
import { networkList, permittedLookup, requirePermitted } from '../../src/events/addresses.js';
import { HttpSender } from '../../src/events/http-sender.js';
import type { Delivery } from '../../src/persistence/webhooks/webhook-store.js';
import { startReceiver } from './receiver.js';

const loopback = networkList(['127.0.0.0/8', '::1']);
const never = new AbortController().signal;

const deliveryTo = (url: string): Delivery => ({
  deliveryId: 1,
  webhookId: 1,
  tenant: 'acme',
  url,
  secret: 'whsec_of_acme',
  eventId: 'b6b1c6f0-0000-4000-8000-000000000000',
  type: 'match',
  happenedAt: new Date('2027-01-31T08:30:00Z'),
  data: { collection: 'staff', id: 'an', name: 'Ân', similarity: 0.93 },
  attempts: 0,
});

test('a request says what happened, and is signed so that the receiver can tell who sent it and when', async () => {
  const { received, url } = await startReceiver();
  await new HttpSender(loopback).send(deliveryTo(url), never);
  const [{ headers, body, path } = { headers: {}, body: '', path: '' }] = received;
  expect(path).toBe('/hook');
  expect(JSON.parse(body)).toEqual({
    id: 'b6b1c6f0-0000-4000-8000-000000000000',
    type: 'match',
    time: '2027-01-31T08:30:00.000Z',
    tenant: 'acme',
    data: { collection: 'staff', id: 'an', name: 'Ân', similarity: 0.93 },
  });
  expect(headers).toMatchObject({ 'content-type': 'application/json', 'facesearch-event': 'match' });
  const [, seconds = '', digest] = /^t=(\d+),v1=([\da-f]{64})$/.exec(String(headers['facesearch-signature'])) ?? [];
  expect(Math.abs(Number(seconds) - Date.now() / 1000)).toBeLessThan(300);
  expect(digest).toBe(createHmac('sha256', 'whsec_of_acme').update(`${seconds}.${body}`).digest('hex'));
});

test.each([
  ['an error', 500, 'HTTP 500'],
  ['a redirection, which is not followed', 302, 'HTTP 302'],
])('%s is a failure', async (_, status, message) => {
  const { received, url } = await startReceiver(() => status as number);
  await expect(new HttpSender(loopback).send(deliveryTo(url), never)).rejects.toThrow(message as string);
  expect(received).toHaveLength(1);
});

test('a receiver that does not answer, or is not there, is a failure that tells no URL', async () => {
  const { url } = await startReceiver(() => 'never');
  await expect(new HttpSender(loopback, 200).send(deliveryTo(url), never)).rejects.toThrow('no answer within 0.2 s');
  const gone = new HttpSender(loopback).send(deliveryTo('http://127.0.0.1:1/secret-path'), never);
  await expect(gone).rejects.toThrow(/^ECONNREFUSED$/);
});

test('a private address is connected to only by permission', async () => {
  const { received, url, port } = await startReceiver();
  const sender = new HttpSender(networkList([]));
  await expect(sender.send(deliveryTo(url), never)).rejects.toThrow('127.0.0.1 is a private address');
  await expect(sender.send(deliveryTo(`http://[::ffff:127.0.0.1]:${port}/`), never)).rejects.toThrow('private');
  await expect(sender.send(deliveryTo(`http://2130706433:${port}/`), never)).rejects.toThrow('private');
  await expect(sender.send(deliveryTo(`http://localhost:${port}/`), never)).rejects.toThrow('private');
  expect(received).toEqual([]);
});

test.each([
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '127.8.9.1',
  '169.254.169.254',
  '172.31.0.1',
  '192.168.0.1',
  '198.19.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:10.0.0.1',
  '::ffff:a00:1',
  '::10.0.0.1',
  '64:ff9b::a00:1',
  '2002:a00:1::',
  '2001:0:a00:1::',
  'fc00::1',
  'fd12:3456::1',
  'fe80::1',
  'fe80::1%eth0',
  'ff02::1',
])('%s is not public', (address) => {
  expect(() => requirePermitted(address, networkList([]))).toThrow('private address');
});

test.each(['1.1.1.1', '172.32.0.1', '192.169.0.1', '2606:4700::1111', '::ffff:1.1.1.1'])('%s is public', (address) => {
  expect(() => requirePermitted(address, networkList([]))).not.toThrow();
});

test('a permission is for its network only', () => {
  const permitted = networkList(['192.168.1.0/24', 'fd00::5']);
  for (const address of ['192.168.1.7', '::ffff:192.168.1.7', 'fd00::5']) requirePermitted(address, permitted);
  for (const address of ['192.168.2.7', 'fd00::6', '127.0.0.1'])
    expect(() => requirePermitted(address, permitted)).toThrow('private');
});

test('the addresses of a name that were looked at are those that are connected to, and one private one refuses all', () => {
  const answers = [
    [
      { address: '1.1.1.1', family: 4 },
      { address: '10.0.0.1', family: 4 },
    ],
    [{ address: '1.1.1.1', family: 4 }],
  ];
  const resolve = vi.fn((_name, _options, callback) => callback(null, answers.shift())) as unknown as typeof lookup;
  const lookUp = permittedLookup(networkList([]), resolve);
  const told = vi.fn();
  lookUp('rebinding.example', { all: true }, told);
  expect(told.mock.calls[0]?.[0]).toMatchObject({ name: 'ForbiddenAddressError' });
  lookUp('rebinding.example', { all: true }, told);
  expect(told.mock.calls[1]).toEqual([null, [{ address: '1.1.1.1', family: 4 }]]);
  // One look-up for each connection: what the name leads to afterwards does not matter.
  expect(resolve).toHaveBeenCalledTimes(2);
});
