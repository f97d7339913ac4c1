import { X509Certificate } from 'node:crypto';
import { chmod, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { issueCertificate } from '../../src/cli/certificate/certificate-folder.js';
import { daysLeft, parseNames } from '../../src/cli/certificate/local-authority.js';
import { temporaryFolder } from '../persistence/temporary-folder.js';
import { runCommand } from '../support/command.js';

const order = { names: ['127.0.0.1', 'school.lan', '::1'], days: 100, renewAuthority: false };

/** Whether somebody who trusts only this authority reaches a server with this certificate by that name. */
async function reach(folder: string, name: string): Promise<number | string> {
  const [cert, key, ca] = await Promise.all(
    ['server.crt', 'server.key', 'ca.crt'].map((file) => readFile(join(folder, file))),
  );
  const server = createServer({ cert, key }, (_, response) => response.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve) => {
    const options = {
      host: '127.0.0.1',
      port,
      ca,
      agent: false,
      ...(name === '127.0.0.1' ? {} : { servername: name }),
    };
    request(options, (response) => resolve(response.statusCode ?? 0))
      .on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
      .end();
  });
}

describe('a certificate of a local authority', () => {
  it('is trusted by who trusts the authority, under its names only', async () => {
    const folder = join(await temporaryFolder(), 'new', 'tls');
    const issued = issueCertificate({ folder, ...order });
    expect(issued.madeAuthority).toBe(true);
    expect(await reach(folder, '127.0.0.1')).toBe(200);
    expect(await reach(folder, 'school.lan')).toBe(200);
    expect(await reach(folder, 'other.lan')).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    for (const file of ['ca.crt', 'ca.key', 'server.crt', 'server.key'])
      expect((await stat(join(folder, file))).mode & 0o777).toBe(0o600);
    const cert = new X509Certificate(await readFile(issued.cert));
    expect(cert.subjectAltName).toContain('IP Address:0:0:0:0:0:0:0:1');
    expect(cert.ca).toBe(false);
    expect(new X509Certificate(await readFile(issued.authority)).ca).toBe(true);
    expect(daysLeft(cert.toString())).toBe(99);
  });

  it('is renewed by the same authority, which is replaced only when told', async () => {
    const folder = await temporaryFolder();
    const first = issueCertificate({ folder, ...order });
    const authority = await readFile(first.authority, 'utf8');
    const renewed = issueCertificate({ folder, ...order, names: ['localhost'] });
    expect(renewed).toMatchObject({ madeAuthority: false, fingerprint: first.fingerprint });
    expect(await readFile(first.authority, 'utf8')).toBe(authority);
    expect(await reach(folder, 'localhost')).toBe(200);
    await writeFile(join(folder, 'ca.key'), 'no key');
    expect(() => issueCertificate({ folder, ...order })).toThrow('do not fit each other');
    await rm(join(folder, 'ca.key'));
    expect(() => issueCertificate({ folder, ...order })).toThrow('ca.key is missing');
    expect(await readFile(first.authority, 'utf8')).toBe(authority);
    const told = issueCertificate({ folder, ...order, renewAuthority: true });
    expect(told.fingerprint).not.toBe(first.fingerprint);
    expect(() => issueCertificate({ folder, ...order, days: 4000 })).toThrow('ends in 36');
  });

  it('is for names and addresses', () => {
    expect(parseNames(' A.lan, 10.0.0.1,fe80::1,*.school.vn,a.lan')).toEqual([
      'a.lan',
      '10.0.0.1',
      'fe80::1',
      '*.school.vn',
    ]);
    expect(() => parseNames('https://a.lan')).toThrow('neither a host name nor an IP address');
    expect(() => parseNames(' , ')).toThrow('at least one name');
  });

  it('comes from a command that says what to do with it', async () => {
    const folder = await temporaryFolder();
    await chmod(folder, 0o700);
    const made = await runCommand('certificate', folder, ['127.0.0.1', '--folder', join(folder, 'tls')]);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(made.stdout).toMatch(
      /install .*ca\.crt on each phone[\s\S]*([0-9A-F]{2}:){31}[\s\S]*TLS_CERT=.*server\.crt/,
    );
    expect(await runCommand('certificate', folder, [])).toMatchObject({ code: 2 });
  });
});
