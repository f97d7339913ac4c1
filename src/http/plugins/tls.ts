import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Server as AnyServer } from 'node:net';
import { createSecureContext, Server } from 'node:tls';
import type { Logger } from 'pino';

/** How soon a renewed certificate is served. */
const CHECK_MS = 5_000;

/** PEM: the server's certificate, with those between it and the root after it, and its private key. */
export interface CertificatePair {
  cert: Buffer;
  key: Buffer;
}

/** The certificate or its key cannot be used. The message is for the operator. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
}

/** A certificate and its key in two files, which others may write anew while the server runs. */
export class CertificateFiles {
  readonly pair: CertificatePair;
  readonly #files: { cert: string; key: string };
  readonly #logger: Pick<Logger, 'info' | 'error'>;
  #timer: NodeJS.Timeout | undefined;
  #seen: CertificatePair;

  /** @throws CertificateError */
  constructor(files: { cert: string; key: string }, logger: Pick<Logger, 'info' | 'error'>) {
    this.#files = files;
    this.#logger = logger;
    this.pair = read(files);
    this.#seen = this.pair;
    check(this.pair);
  }

  /** Gives a server with TLS what the files hold, now and again, until `close`. Open connections stay as they are. */
  follow(server: AnyServer): void {
    if (!(server instanceof Server)) throw new Error('the server speaks no TLS');
    this.#timer = setInterval(() => this.#renew(server), CHECK_MS).unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Each state of the files is tried once: the new certificate may be there a moment before its key. */
  #renew(server: Server): void {
    try {
      const pair = read(this.#files);
      if (pair.cert.equals(this.#seen.cert) && pair.key.equals(this.#seen.key)) return;
      this.#seen = pair;
      check(pair);
      server.setSecureContext(pair);
      this.#logger.info({ validTo: new X509Certificate(pair.cert).validTo }, 'a new certificate is served');
    } catch (err) {
      this.#logger.error({ err }, 'the new certificate cannot be used, the old one is served');
    }
  }
}

function read(files: { cert: string; key: string }): CertificatePair {
  return { cert: readOne('TLS_CERT', files.cert), key: readOne('TLS_KEY', files.key) };
}

function readOne(name: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new CertificateError(`${name}: ${(error as Error).message}`);
  }
}

/** @throws CertificateError */
function check({ cert, key }: CertificatePair): void {
  const certificate = attempt('TLS_CERT: the file holds no certificate in PEM', () => new X509Certificate(cert));
  const privateKey = attempt('TLS_KEY: the file holds no private key in PEM, or one with a passphrase', () =>
    createPrivateKey(key),
  );
  if (!certificate.checkPrivateKey(privateKey))
    throw new CertificateError('TLS_KEY: the key is not that of the certificate in TLS_CERT');
  attempt('TLS_CERT: the certificate cannot be served', () => createSecureContext({ cert, key }));
}

function attempt<T>(problem: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new CertificateError(`${problem} (${(error as Error).message})`);
  }
}
