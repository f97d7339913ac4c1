import { expect, test } from 'vitest';
import { AddressDelays } from '../../src/accounts/address-delays.js';

const at = (seconds: number) => new Date(1_000_000_000_000 + seconds * 1000);

test('an address may fail twenty times, then waits longer and longer, and no other address with it', () => {
  const delays = new AddressDelays();
  for (let i = 0; i < 20; i++) expect(delays.count('10.0.0.1', at(0))).toBeUndefined();
  expect(delays.count('10.0.0.1', at(0))).toEqual(at(1));
  expect(delays.count('10.0.0.1', at(1))).toBeUndefined();
  expect(delays.count('10.0.0.1', at(1))).toEqual(at(3));
  expect(delays.count('10.0.0.2', at(1))).toBeUndefined();
  delays.forgive('10.0.0.1');
  expect(delays.count('10.0.0.1', at(1))).toEqual(at(2));
  // A day later all is forgotten.
  expect(delays.count('10.0.0.1', at(90_000))).toBeUndefined();
});

test('the addresses of one IPv6 network count as one', () => {
  const delays = new AddressDelays();
  for (let i = 0; i < 20; i++) delays.count(`2001:db8:1:2::${i}`, at(0));
  expect(delays.count('2001:db8:1:2:ffff:0:0:1', at(0))).toEqual(at(1));
  expect(delays.count('2001:db8:1:3::1', at(0))).toBeUndefined();
  expect(delays.count('::1', at(0))).toBeUndefined();
});
