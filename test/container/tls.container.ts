import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { askOverTls } from './calls.js';
import { exec } from './docker.js';
import { Compose, freePort, measured } from './trial.js';

const HOST = 'api.fpt.ai';
let compose: Compose | undefined;

afterAll(() => compose?.remove());

it("nginx answers over TLS for the vendor's host name, with a key that only its owner can read", async () => {
  const [port, tlsPort] = [await freePort(), await freePort()];
  compose = new Compose('tls', 'docker-compose.yml', {});
  const tls = join(compose.folder, 'tls');
  mkdirSync(tls);
  const [certificate, privateKey] = [join(tls, `${HOST}.crt`), join(tls, `${HOST}.key`)];
  // As docs/host-name.md has it.
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '365', '-subj', `/CN=${HOST}`],
      ...['-addext', `subjectAltName=DNS:${HOST}`, '-keyout', privateKey, '-out', certificate],
    ],
    { stdio: 'ignore' },
  );
  chmodSync(privateKey, 0o600);
  // An ordinary user's, as on a machine where Docker is not run by root.
  if (process.getuid?.() === 0) for (const each of [tls, certificate, privateKey]) chownSync(each, 4242, 4242);
  const { uid, gid } = statSync(privateKey);
  compose.configure({
    PUBLISH: `127.0.0.1:${port}`,
    PUBLISH_TLS: `127.0.0.1:${tlsPort}`,
    TRUST_PROXY: 'uniquelocal',
    NGINX_USER: `${uid}:${gid}`,
  });
  await compose.run(['--profile', 'tls', 'up', '--detach', '--wait']);
  const ca = readFileSync(certificate, 'utf8');
  expect(await askOverTls(tlsPort, HOST, ca, '/ready')).toEqual([200, expect.any(String)]);
  const [, body] = await askOverTls(tlsPort, HOST, ca, '/vision/ekyc/facesearch/v4/list');
  expect(JSON.parse(body)).toMatchObject({ code: '412', data: 'Missing api_key' });
  const nginx = await compose.container('nginx');
  expect(await exec(nginx, 'id', '-u')).toBe(String(uid));
  expect(await exec(nginx, 'cat', '/proc/1/status')).toMatch(/^CapEff:\s*0+$/m);
  expect(await exec(nginx, 'sh', '-c', 'touch /etc/nginx/x 2>/dev/null || echo refused')).toBe('refused');
  measured('nginx with TLS: user of the key, no capability, read-only', 'yes');
});
