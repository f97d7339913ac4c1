import { describe, expect, it, onTestFinished } from 'vitest';
import { codeOf, stepAt } from '../../../../src/accounts/totp.js';
import type { AuditEntry } from '../../../../src/observability/audit/audit-entry.js';
import { fakeApp, otherKey, testKey } from '../../../support/fake-app.js';

const password = 'correct horse battery';

/** An app with a log of what would be audited; `send` is a request with a key, or with the cookie of a session. */
async function app(env: Record<string, string> = {}) {
  const entries: AuditEntry[] = [];
  const audit = { isWritable: true, append: async (entry: AuditEntry) => void entries.push(entry) };
  const { target, app } = await fakeApp(env, { audit });
  onTestFinished(() => app.close());
  const send = async (by: string, method: 'GET' | 'POST' | 'DELETE', path: string, body?: object) => {
    const as: Record<string, string> = by.includes('=') ? { cookie: by, 'x-requested-with': 'test' } : { api_key: by };
    const json = body && {
      body: { headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(body)) },
    };
    return target.send({ method, path: `/admin/v1${path}`, absolute: true, headers: as, ...json });
  };
  const logIn = async (user: string, given = password, code?: string) => {
    const answer = await send('none=', 'POST', '/session', { user, password: given, ...(code && { code }) });
    return { ...answer, cookie: String(answer.headers['set-cookie']).split(';')[0] ?? '' };
  };
  const add = async (name: string, role: string, by = testKey) =>
    (
      (await send(by, 'POST', '/accounts', { name, role, password, mustChange: false })).json.data as {
        account: number;
      }
    ).account;
  return { send, logIn, add, entries };
}

const changesOf = (account: number) =>
  [
    ['POST', `/accounts/${account}/change`, { disabled: true }],
    ['DELETE', `/accounts/${account}`, undefined],
  ] as const;

describe('a console user', () => {
  it('logs in with a password, and does what the role permits, in the own tenant', async () => {
    const { send, logIn, add, entries } = await app();
    const anna = await add('Anna', 'clerk');
    await add('anna', 'admin', otherKey);
    const { cookie, json } = await logIn('acme/ANNA');
    const account = { name: 'anna', role: 'clerk', hasTotp: false, mustChange: false, needsTotp: false };
    expect(json.data).toMatchObject({
      tenant: 'acme',
      keyId: `account-${anna}`,
      permissions: ['search', 'enrol', 'list'],
      account,
    });
    expect((await send(cookie, 'GET', '/status')).json.data).toMatchObject({ tenant: 'acme' });
    expect(await send(cookie, 'DELETE', '/faces/1?id=u1')).toMatchObject({ status: 403 });
    expect(await send(cookie, 'GET', '/accounts')).toMatchObject({ status: 403 });
    // A change of the role counts at once.
    await send(testKey, 'POST', `/accounts/${anna}/change`, { role: 'manager' });
    expect(await send(cookie, 'DELETE', '/faces/1?id=u1')).toMatchObject({ status: 200 });
    // The other tenant neither sees nor changes this user.
    expect((await send(otherKey, 'GET', '/accounts')).json.data).toMatchObject([{ name: 'anna', role: 'admin' }]);
    for (const [method, path, body] of changesOf(anna))
      expect((await send(otherKey, method, path, body)).json).toMatchObject({ code: '404' });
    expect((await send(cookie, 'GET', '/me')).json.data).toMatchObject({ account: { role: 'manager' } });
    expect(entries.find(({ call }) => call === 'POST /admin/v1/session')).toMatchObject({
      tenant: 'acme',
      keyId: `account-${anna}`,
      code: '200',
    });
    expect(JSON.stringify(entries)).not.toMatch(/anna|correct horse/i);
    expect(entries.find(({ call }) => call === 'POST /admin/v1/accounts/:account/change')).toMatchObject({
      accountId: anna,
    });
  });

  it('is told the same whether the name or the password is wrong, and has to wait after five failures', async () => {
    const { logIn, add, entries } = await app();
    await add('ben', 'clerk');
    const refused = { status: 401, json: { reason: 'login-refused' } };
    const texts = [await logIn('acme/ben', 'wrong'), await logIn('acme/nobody', 'wrong')].map((answer) => {
      expect(answer).toMatchObject(refused);
      expect(answer.headers['set-cookie']).toBeUndefined();
      return answer.text;
    });
    expect(new Set(texts).size).toBe(1);
    expect(entries.filter(({ reason }) => reason === 'login-refused')).toHaveLength(1);
    // At the same time, so that each is counted before it is known how it ends.
    const answers = await Promise.all(Array.from({ length: 6 }, () => logIn('acme/ben', 'wrong')));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(4);
    const late = answers.find(({ status }) => status === 429);
    expect(late).toMatchObject({ json: { reason: 'login-delayed' }, headers: { 'retry-after': '1' } });
  });

  it('with a second factor needs its code, each code once, or a recovery code', async () => {
    const { send, logIn, add } = await app({ ADMIN_TOTP: 'required' });
    await add('chi', 'admin');
    const { cookie, json } = await logIn('acme/chi');
    // An administrator may do nothing before.
    expect(json.data).toMatchObject({ permissions: [], account: { needsTotp: true } });
    expect(await send(cookie, 'GET', '/accounts')).toMatchObject({ status: 403 });
    const post = async (path: string, body: object) => (await send(cookie, 'POST', path, body)).json;
    expect(await post('/me/totp', { password: 'wrong' })).toMatchObject({ code: '400' });
    const { secret, url } = (await post('/me/totp', { password })).data as { secret: string; url: string };
    expect(url).toContain(secret);
    const step = stepAt(new Date());
    expect(await post('/me/totp/confirm', { code: '000000x' })).toMatchObject({ code: '400' });
    const confirmed = await post('/me/totp/confirm', { code: codeOf(secret, step) });
    const [recovery = ''] = (confirmed.data as { recoveryCodes: string[] }).recoveryCodes;
    expect((await send(cookie, 'GET', '/accounts')).status).toBe(200);
    expect(await logIn('acme/chi')).toMatchObject({ status: 401, json: { reason: 'code-needed' } });
    expect(await logIn('acme/chi', password, codeOf(secret, step))).toMatchObject({ status: 401 });
    expect((await logIn('acme/chi', password, codeOf(secret, step + 1))).status).toBe(200);
    expect((await logIn('acme/chi', password, recovery)).status).toBe(200);
    expect(await logIn('acme/chi', password, recovery)).toMatchObject({ json: { reason: 'login-refused' } });
  });

  it('may do nothing before another password, where an administrator chose it', async () => {
    const { send, logIn } = await app();
    const made = await send(testKey, 'POST', '/accounts', { name: 'giang', role: 'clerk', password });
    const { cookie, json } = await logIn('acme/giang');
    expect(json.data).toMatchObject({ permissions: [], account: { mustChange: true } });
    expect(await send(cookie, 'GET', '/users')).toMatchObject({ status: 403 });
    const change = async (old: string, next: string) =>
      (await send(cookie, 'POST', '/me/password', { old, password: next })).json;
    expect(await change(password, password)).toMatchObject({ data: 'password must be another one' });
    expect((await send(cookie, 'GET', '/users')).status).toBe(403);
    const own = 'staple of the correct horse';
    expect(await change(password, own)).toMatchObject({ code: '200' });
    expect((await send(cookie, 'GET', '/users')).status).toBe(200);
    expect((await logIn('acme/giang', own)).json.data).toMatchObject({ account: { mustChange: false } });
    // An administrator who sets it anew knows it again.
    const { account } = made.json.data as { account: number };
    await send(testKey, 'POST', `/accounts/${account}/change`, { password });
    expect((await logIn('acme/giang')).json.data).toMatchObject({ permissions: [], account: { mustChange: true } });
    expect((await send(testKey, 'GET', '/accounts')).json.data).toMatchObject([{ name: 'giang', mustChange: true }]);
  });

  it('loses other sessions with another password, and all of them when disabled', async () => {
    const { send, logIn, add } = await app();
    const dung = await add('dung', 'clerk');
    const [here, elsewhere] = [(await logIn('acme/dung')).cookie, (await logIn('acme/dung')).cookie];
    const next = 'staple of the correct horse';
    expect((await send(here, 'POST', '/me/password', { old: 'wrong', password: next })).json.code).toBe('400');
    expect((await send(here, 'POST', '/me/password', { old: password, password: next })).json.code).toBe('200');
    expect((await send(here, 'GET', '/me')).status).toBe(200);
    expect(await send(elsewhere, 'GET', '/me')).toMatchObject({ status: 401, json: { reason: 'session-ended' } });
    await send(testKey, 'POST', `/accounts/${dung}/change`, { disabled: true });
    expect((await send(here, 'GET', '/me')).status).toBe(401);
    expect(await logIn('acme/dung', next)).toMatchObject({ status: 401, json: { reason: 'login-refused' } });
  });
});

describe('an administrator', () => {
  it('gives no more than they have, and cannot shut themselves out', async () => {
    const { send, logIn, add } = await app();
    const more = { status: 403, json: { reason: 'more-than-own' } };
    expect(await send(otherKey, 'POST', '/accounts', { name: 'x', role: 'operator', password })).toMatchObject(more);
    const an = await add('an', 'admin');
    const { cookie } = await logIn('acme/an');
    for (const [method, path, body] of changesOf(an))
      expect((await send(cookie, method, path, body)).json).toMatchObject({
        code: '400',
        data: 'account is your own: another administrator must change it',
      });
    for (const [body, fault] of [
      [{ name: 'a/b', role: 'clerk', password }, 'name must have'],
      [{ name: 'eva', role: 'boss', password }, 'role must be of clerk, manager, admin, operator'],
      [{ name: 'eva', role: 'clerk', password: 'short' }, 'password must have 10 to 128 characters'],
      [{ name: 'eva', role: 'clerk', password: 'I am Eva herself' }, 'password must not contain the name'],
      [{ name: 'AN', role: 'clerk', password }, 'name belongs to another console user'],
    ] as const)
      expect((await send(cookie, 'POST', '/accounts', body)).json.data).toContain(fault);
  });
});
