import { expect, test } from 'vitest';
import { hashRecoveryCode, makeRecoveryCodes } from '../../src/accounts/recovery-codes.js';
import { codeOf, makeSecret, otpauthUrl, stepAt, stepOf, toBase32 } from '../../src/accounts/totp.js';

const secret = toBase32(Buffer.from('12345678901234567890'));

test.each([
  [59, '94287082'],
  [1_111_111_109, '07081804'],
  [1_111_111_111, '14050471'],
  [1_234_567_890, '89005924'],
  [2_000_000_000, '69279037'],
  [20_000_000_000, '65353130'],
])('after %d seconds the code is that of appendix B of RFC 6238', (seconds, code) => {
  expect(secret).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
  expect(codeOf(secret, stepAt(new Date(seconds * 1000)), 8)).toBe(code);
});

test('a code counts one step before and after its own, with or without spaces', () => {
  const code = codeOf(secret, 1000);
  expect(code).toMatch(/^\d{6}$/);
  const at = (step: number) => new Date(step * 30_000 + 1);
  for (const step of [999, 1000, 1001]) expect(stepOf(code, secret, at(step))).toBe(1000);
  for (const step of [997, 998, 1002, 1003]) expect(stepOf(code, secret, at(step))).toBeUndefined();
  expect(stepOf(`${code.slice(0, 3)} ${code.slice(3)}`, secret, at(1000))).toBe(1000);
  for (const wrong of ['', '12345', 'abcdef', `${code}0`]) expect(stepOf(wrong, secret, at(1000))).toBeUndefined();
});

test('secrets are random, and their address fits a QR code of the console', () => {
  expect(makeSecret()).toMatch(/^[A-Z2-7]{32}$/);
  expect(makeSecret()).not.toBe(makeSecret());
  expect(otpauthUrl('anna', secret)).toBe(`otpauth://totp/FaceSearch:anna?secret=${secret}&issuer=FaceSearch`);
  expect(otpauthUrl('a'.repeat(64), secret)).toHaveLength(106);
});

test('recovery codes are read however they are written', () => {
  const codes = makeRecoveryCodes();
  expect(new Set(codes).size).toBe(10);
  expect(codes[0]).toMatch(/^([A-Z2-7]{4}-){3}[A-Z2-7]{4}$/);
  const [code = ''] = codes;
  expect(hashRecoveryCode(` ${code.toLowerCase().replaceAll('-', ' ')} `)).toEqual(hashRecoveryCode(code));
});
