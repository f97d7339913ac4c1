import { createPrivateKey, randomUUID, X509Certificate } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { makeFolder, syncFolder } from '../../persistence/data-folder/durable-folder.js';
import { OperatorError } from '../../util/operator-error.js';
import { daysLeft, makeAuthority, makeServerCertificate, type SignedPair } from './local-authority.js';

/** Files of the folder: authority, and server. */
const files = { authorityCert: 'ca.crt', authorityKey: 'ca.key', serverCert: 'server.crt', serverKey: 'server.key' };

export interface CertificateOrder {
  folder: string;
  names: readonly string[];
  /** Of the server's certificate. */
  days: number;
  /** Makes a new authority, although there is one. */
  renewAuthority: boolean;
}

/** What lies in the folder now. */
export interface IssuedCertificate {
  authority: string;
  cert: string;
  key: string;
  madeAuthority: boolean;
  /** SHA-256 of the authority's certificate, as phones show it. */
  fingerprint: string;
  validTo: Date;
}

/**
 * Issues a certificate by the folder's authority, which is made when there is none. Every file has mode 0600 and is there
 * whole or not at all, the key before its certificate, so that a running server takes both.
 * @throws OperatorError where an authority is there only in part, does not fit or ends too soon
 */
export function issueCertificate({ folder, names, days, renewAuthority }: CertificateOrder): IssuedCertificate {
  makeFolder(folder);
  const at = (file: keyof typeof files) => join(folder, files[file]);
  const found = renewAuthority ? undefined : readAuthority(at('authorityCert'), at('authorityKey'));
  const authority = found ?? makeAuthority(`FaceSearch ${hostname()} ${new Date().toISOString().slice(0, 10)}`);
  if (daysLeft(authority.cert) < days)
    throw new OperatorError(
      `The authority in ${folder} ends in ${daysLeft(authority.cert)} days, before the new certificate would. Give fewer --days, or make a new one with --new-ca and install it on every device.`,
    );
  const server = makeServerCertificate(authority, names, days);
  if (!found) {
    write(at('authorityKey'), authority.key);
    write(at('authorityCert'), authority.cert);
  }
  write(at('serverKey'), server.key);
  write(at('serverCert'), server.cert);
  syncFolder(folder);
  return {
    authority: at('authorityCert'),
    cert: at('serverCert'),
    key: at('serverKey'),
    madeAuthority: !found,
    fingerprint: new X509Certificate(authority.cert).fingerprint256,
    validTo: new Date(new X509Certificate(server.cert).validTo),
  };
}

function readAuthority(certFile: string, keyFile: string): SignedPair | undefined {
  const [hasCert, hasKey] = [existsSync(certFile), existsSync(keyFile)];
  if (!hasCert && !hasKey) return undefined;
  if (!hasCert || !hasKey) {
    const missing = hasCert ? keyFile : certFile;
    throw new OperatorError(`${missing} is missing: put it back, or make a new authority with --new-ca.`);
  }
  const pair = { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
  let fits = false;
  try {
    fits = new X509Certificate(pair.cert).checkPrivateKey(createPrivateKey(pair.key));
  } catch {
    // Neither is what it should be.
  }
  if (!fits) throw new OperatorError(`${certFile} and ${keyFile} do not fit each other, so nothing was signed.`);
  return pair;
}

function write(file: string, text: string): void {
  const draft = `${file}.${randomUUID()}.new`;
  const handle = openSync(draft, 'wx', 0o600);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(draft, file);
}
