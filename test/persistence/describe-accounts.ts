import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Store } from '../../src/persistence/store.js';

const hash = (text: string) => createHash('sha256').update(text).digest();
const ago = (ms: number) => new Date(Date.now() - ms);
const anna = { tenant: 'acmé', name: 'anna', role: 'clerk', password: '$argon2id$1', mustChange: true } as const;
const hour = 3_600_000;

/** What every store does with console users and sessions. @param open gives an empty store, closed when the test ends */
export function describeAccounts(open: () => Promise<Store>): void {
  describe('console users', () => {
    test('a name belongs to one user of a tenant, and to another of another tenant', async () => {
      const { accounts } = await open();
      const id = await accounts.add(anna);
      expect(await accounts.add(anna)).toBeUndefined();
      const other = await accounts.add({ ...anna, tenant: 'globex', role: 'admin' });
      expect(other).not.toBe(id);
      expect(await accounts.find('acmé', 'anna')).toEqual({
        ...anna,
        accountId: id,
        hasTotp: false,
        createdAt: expect.any(Date),
        lastLoginAt: undefined,
        disabledAt: undefined,
      });
      expect(await accounts.find('acmé', 'Anna')).toBeUndefined();
      expect((await accounts.list('globex')).map(({ accountId }) => accountId)).toEqual([other]);
      expect((await accounts.list()).map(({ tenant }) => tenant)).toEqual(['acmé', 'globex']);
    });

    test('only what is given changes, and only of the own tenant', async () => {
      const { accounts } = await open();
      const id = (await accounts.add(anna)) ?? 0;
      await accounts.add({ ...anna, tenant: 'globex' });
      expect(await accounts.update('globex', id, { role: 'admin' })).toBe(false);
      expect(await accounts.remove('globex', id)).toBe(false);
      expect(await accounts.update('acmé', id, { role: 'manager' })).toBe(true);
      expect(await accounts.update('acmé', id, { isDisabled: true })).toBe(true);
      expect((await accounts.find('acmé', 'anna'))?.mustChange).toBe(true);
      expect(await accounts.update('acmé', id, { password: '$argon2id$2', mustChange: false })).toBe(true);
      await accounts.noteLogin(id, ago(hour));
      const changed = await accounts.find('acmé', 'anna');
      expect(changed).toMatchObject({
        role: 'manager',
        password: '$argon2id$2',
        mustChange: false,
        disabledAt: expect.any(Date),
      });
      expect(changed?.lastLoginAt).toBeInstanceOf(Date);
      await accounts.update('acmé', id, { isDisabled: false });
      expect((await accounts.find('acmé', 'anna'))?.disabledAt).toBeUndefined();
      expect(await accounts.remove('acmé', id)).toBe(true);
      expect(await accounts.remove('acmé', id)).toBe(false);
    });

    test('a second factor counts when it is confirmed, each of its codes once', async () => {
      const { accounts } = await open();
      const id = (await accounts.add(anna)) ?? 0;
      await accounts.offerTotp(id, 'GEZDGNBVGY3TQOJQ');
      expect(await accounts.totpOf(id)).toEqual({ secret: undefined, offered: 'GEZDGNBVGY3TQOJQ' });
      expect((await accounts.find('acmé', 'anna'))?.hasTotp).toBe(false);
      await accounts.confirmTotp(id, 100, [hash('a'), hash('b')]);
      expect(await accounts.totpOf(id)).toEqual({ secret: 'GEZDGNBVGY3TQOJQ', offered: undefined });
      expect((await accounts.find('acmé', 'anna'))?.hasTotp).toBe(true);
      expect(await accounts.useTotpStep(id, 100)).toBe(false);
      expect(await accounts.useTotpStep(id, 101)).toBe(true);
      expect(await accounts.useTotpStep(id, 101)).toBe(false);
      expect(await accounts.useRecoveryCode(id, hash('c'))).toBe(false);
      expect(await accounts.useRecoveryCode(id, hash('a'))).toBe(true);
      expect(await accounts.useRecoveryCode(id, hash('a'))).toBe(false);
      await accounts.resetTotp(id);
      expect(await accounts.totpOf(id)).toEqual({ secret: undefined, offered: undefined });
      expect(await accounts.useRecoveryCode(id, hash('b'))).toBe(false);
    });

    test('after five failures each one doubles the time to the next attempt, up to a quarter of an hour', async () => {
      const { accounts } = await open();
      const subject = hash('acmé/anna');
      let now = Date.now();
      const attempt = () => accounts.countAttempt(subject, new Date(now));
      for (let i = 0; i < 5; i++) expect(await attempt()).toBeUndefined();
      const waits = [];
      for (let i = 0; i < 12; i++) {
        const next = (await attempt())?.getTime() ?? 0;
        waits.push((next - now) / 1000);
        now = next;
        expect(await attempt()).toBeUndefined();
      }
      expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
      expect(await accounts.countAttempt(hash('acmé/ben'), new Date(now))).toBeUndefined();
      await accounts.forgiveAttempts(subject, 'all');
      for (let i = 0; i < 4; i++) expect(await attempt()).toBeUndefined();
      await accounts.forgiveAttempts(subject, 'last');
      expect(await attempt()).toBeUndefined();
      expect(await attempt()).toBeUndefined();
      expect(await attempt()).toBeInstanceOf(Date);
      // A day later all is forgotten.
      now += 25 * hour;
      for (let i = 0; i < 5; i++) expect(await attempt()).toBeUndefined();
    });
  });

  describe('sessions', () => {
    const long = new Date(Date.now() + hour);

    test('a session is found by the hash of its token until it ends', async () => {
      const { sessions } = await open();
      const ofKey = { keyId: 'configured-1', keyCheck: hash('check') };
      const id = await sessions.add({ tenant: 'acmé', sha256: hash('t1'), holder: ofKey, expiresAt: long });
      const find = () => sessions.find(hash('t1'), new Date(), ago(hour));
      expect(await find()).toEqual({
        sessionId: id,
        tenant: 'acmé',
        createdAt: expect.any(Date),
        lastUsedAt: expect.any(Date),
        expiresAt: long,
        holder: ofKey,
      });
      expect(await sessions.find(hash('t2'), new Date(), ago(hour))).toBeUndefined();
      expect(await sessions.end(id)).toBe(true);
      expect(await sessions.end(id)).toBe(false);
      expect(await find()).toBeUndefined();
    });

    test('a session ends at its time, and when it rests for too long', async () => {
      const { sessions } = await open();
      const holder = { keyId: '1', keyCheck: undefined };
      const id = await sessions.add({ tenant: 'acmé', sha256: hash('t1'), holder, expiresAt: long });
      expect((await sessions.find(hash('t1'), long, ago(hour)))?.sessionId).toBeUndefined();
      await sessions.noteUse(id, ago(2 * hour));
      expect(await sessions.find(hash('t1'), new Date(), ago(hour))).toBeUndefined();
      expect((await sessions.find(hash('t1'), new Date(), ago(3 * hour)))?.holder).toEqual(holder);
      await sessions.prune(new Date(), ago(hour));
      expect(await sessions.find(hash('t1'), new Date(), ago(3 * hour))).toBeUndefined();
    });

    test('sessions of a user end with the user, or all but one of them', async () => {
      const { accounts, sessions } = await open();
      const accountId = (await accounts.add(anna)) ?? 0;
      const add = (token: string) =>
        sessions.add({ tenant: 'acmé', sha256: hash(token), holder: { accountId }, expiresAt: long });
      const find = (token: string) => sessions.find(hash(token), new Date(), ago(hour));
      const [kept] = [await add('t1'), await add('t2'), await add('t3')];
      const { password: _, ...shown } = anna;
      expect((await find('t1'))?.holder).toMatchObject({ account: { ...shown, accountId, hasTotp: false } });
      expect(JSON.stringify(await find('t1'))).not.toContain('argon2');
      expect(await sessions.endOfAccount(accountId, kept)).toBe(2);
      expect([await find('t2'), await find('t3')]).toEqual([undefined, undefined]);
      await accounts.update('acmé', accountId, { isDisabled: true });
      expect(await find('t1')).toBeUndefined();
      await accounts.update('acmé', accountId, { isDisabled: false });
      expect(await find('t1')).toBeDefined();
      await accounts.remove('acmé', accountId);
      expect(await find('t1')).toBeUndefined();
    });
  });
}
