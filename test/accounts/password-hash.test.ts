import { expect, test } from 'vitest';
import { fitsPassword, hashPassword } from '../../src/accounts/password-hash.js';

test('a hash of the reference implementation of Argon2id fits its password', async () => {
  // github.com/P-H-C/phc-winner-argon2, src/test.c: version 0x13, t=2, m=2^8, p=1 and p=2.
  const one = '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4';
  const two = '$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc';
  for (const hash of [one, two]) {
    expect(await fitsPassword('password', hash)).toBe(true);
    expect(await fitsPassword('passwore', hash)).toBe(false);
  }
});

test('a hash names the parameters of OWASP, has a salt of its own, and fits the password in any Unicode form', async () => {
  const hash = await hashPassword('Mật khẩu của An'.normalize('NFC'));
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
  expect(await fitsPassword('Mật khẩu của An'.normalize('NFD'), hash)).toBe(true);
  expect(await hashPassword('Mật khẩu của An')).not.toBe(hash);
});

test('what is no such hash fits no password', async () => {
  for (const hash of ['', 'password', '$2b$10$abcdefghijklmnopqrstuv', '$argon2i$v=19$m=256,t=2,p=1$c29t$nf65'])
    expect(await fitsPassword('password', hash)).toBe(false);
});
