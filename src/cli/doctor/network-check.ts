import { X509Certificate } from 'node:crypto';
import { statSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Config } from '../../config/config.js';
import { CertificateError, CertificateFiles } from '../../http/plugins/tls.js';
import { askOwnServer } from '../own-server.js';
import { about, type Finding } from './finding.js';

const DAY_MS = 86_400_000;
/** Days before the end of a certificate from which it should have been renewed. */
const RENEW_DAYS = 21;

/** How a FaceSearch server is known by its answer. */
interface Listener {
  variable: 'PORT' | 'METRICS_PORT';
  host: string;
  port: number;
  tls: boolean;
  path: string;
  isAnswer(body: string): boolean;
}

/** @param inUse a server runs on the same data folder; undefined where servers share a database and no folder is locked */
export async function checkPorts(config: Config, inUse: boolean | undefined): Promise<Finding[]> {
  const { HOST, PORT, TLS_CERT, LISTEN, METRICS_HOST, METRICS_PORT } = config;
  const isAnswer = (body: string) => body === '{"data":"ok","code":"200"}';
  const calls: Listener = {
    variable: 'PORT',
    host: HOST,
    port: PORT,
    tls: TLS_CERT !== undefined,
    path: '/health',
    isAnswer,
  };
  const findings = [await checkPort(calls, inUse, LISTEN === 'when-ready')];
  if (METRICS_PORT !== undefined) {
    const isAnswer = (body: string) => /^facesearch_/m.test(body);
    const metrics: Listener = {
      variable: 'METRICS_PORT',
      host: METRICS_HOST,
      port: METRICS_PORT,
      tls: false,
      path: '/metrics',
      isAnswer,
    };
    findings.push(await checkPort(metrics, inUse, false));
  }
  return findings;
}

async function checkPort(listener: Listener, inUse: boolean | undefined, listensLate: boolean): Promise<Finding> {
  const { ok, warn, fail } = about('port');
  const { variable, host, port } = listener;
  if (port === 0) return ok(`${variable} is any free one`);
  const code = await listenError(host, port);
  const where = `${host}:${port}`;
  const other = `set ${variable} to another port.`;
  if (code === undefined) {
    return ok(inUse && listensLate ? `${where} is free: the server listens when it is ready` : `${where} is free`);
  }
  // A server with more rights than this command may hold a port that this command may not.
  if (code === 'EADDRINUSE' || code === 'EACCES') {
    if (await isOurs(listener)) {
      if (inUse ?? true) return ok(`${where} is in use, as it should be while the server runs`);
      return fail(
        `${where} is in use by another FaceSearch server, which has other data`,
        `End that server, or ${other}`,
      );
    }
  }
  if (code === 'EADDRINUSE') {
    if (!inUse) return fail(`${where} is in use by another program`, `End that program, or ${other}`);
    return warn(
      `${where} is in use, and what listens there does not answer as this server does`,
      `See what it is (ss -ltnp), and end it or ${other}`,
    );
  }
  if (code === 'EACCES') {
    return fail(
      `${where}: ports below 1024 are not for this user`,
      `Set ${variable} to 1024 or more, and let a proxy take the low one.`,
    );
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return fail(`${host} is no address of this machine`, 'Set HOST to 0.0.0.0 or to an address of this machine.');
  }
  return warn(`${where} could not be tried: ${code}`, 'See whether the server starts.');
}

/** With TLS and without, as this command may know less of the settings than the server. */
async function isOurs(listener: Listener): Promise<boolean> {
  for (const tls of [listener.tls, !listener.tls]) {
    const reply = await askOwnServer({ ...listener, tls }, listener.path);
    if (reply !== undefined && listener.isAnswer(reply.body)) return true;
  }
  return false;
}

function listenError(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

/** Without TLS_CERT, calls travel in the clear unless a proxy stands before the server. */
export function checkTls({ TLS_CERT: cert, TLS_KEY: key, HOST, TRUST_PROXY }: Config, now = Date.now()): Finding[] {
  const { ok, warn, fail } = about('tls');
  if (cert === undefined || key === undefined) {
    const isLocal = HOST === '127.0.0.1' || HOST === '::1' || HOST === 'localhost';
    if (isLocal) return [ok('none; the server listens to this machine only')];
    if (TRUST_PROXY !== undefined) return [ok('none; the proxy of TRUST_PROXY has it')];
    return [
      warn('none: keys and photos travel in the clear', 'Set TLS_CERT and TLS_KEY, or put a proxy with TLS before it.'),
    ];
  }
  try {
    const { pair } = new CertificateFiles({ cert, key }, { info: () => {}, error: () => {} });
    const findings = [validity(new X509Certificate(pair.cert), now)];
    if (process.platform !== 'win32' && (statSync(key).mode & 0o007) !== 0) {
      findings.push(warn(`${key} can be read by every user of this machine`, `chmod 600 ${key}`));
    }
    return findings;
  } catch (error) {
    if (error instanceof CertificateError) return [fail(error.message, 'See docs/security.md, "TLS".')];
    throw error;
  }
}

function validity({ validFrom, validTo, subject }: X509Certificate, now: number): Finding {
  const { ok, warn, fail } = about('tls');
  const [from, to] = [Date.parse(validFrom), Date.parse(validTo)];
  const name = subject.replace(/\n/g, ', ');
  const day = (time: number) => new Date(time).toISOString().slice(0, 10);
  const renew = 'Put a renewed certificate and its key into the files; it is taken without a restart.';
  if (now > to) return fail(`the certificate of ${name} ended on ${day(to)}`, renew);
  if (now < from) return fail(`the certificate of ${name} begins on ${day(from)}`, 'Look at the clock, or wait.');
  const days = Math.floor((to - now) / DAY_MS);
  if (days < RENEW_DAYS) return warn(`the certificate of ${name} ends on ${day(to)}, in ${days} days`, renew);
  return ok(`certificate of ${name}, until ${day(to)}`);
}
