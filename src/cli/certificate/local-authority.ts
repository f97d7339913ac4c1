import { generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import forge from 'node-forge';
import { UsageError } from '../../util/usage-error.js';

/** A certificate and its private key, in PEM. */
export interface SignedPair {
  cert: string;
  key: string;
}

const DAY_MS = 24 * 3_600_000;

/** Ten years: a new one must be installed on every phone. */
const AUTHORITY_DAYS = 3650;

/** Clocks of phones may be a little behind. */
const BEFORE_MS = 3_600_000;

/** RSA, since every phone takes it and node-forge signs with nothing else. Bits. */
const AUTHORITY_BITS = 3072;
const SERVER_BITS = 2048;

/** A certificate authority of this installation alone. @param name shown by the phones on which it is installed */
export function makeAuthority(name: string, now = new Date()): SignedPair {
  const { publicKey, privateKey, key } = rsaKeys(AUTHORITY_BITS);
  const cert = certificateFor(publicKey, AUTHORITY_DAYS, now);
  const subject = [{ name: 'commonName', value: name }];
  cert.setSubject(subject);
  cert.setIssuer(subject);
  cert.setExtensions([
    { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    { name: 'subjectKeyIdentifier' },
  ]);
  cert.sign(privateKey, forge.md.sha256.create());
  return { cert: forge.pki.certificateToPem(cert), key };
}

/**
 * The certificate of a server, signed by an authority and followed by it. Phones take at most 825 days.
 * @param names host names and IP addresses under which it is opened
 */
export function makeServerCertificate(
  authority: SignedPair,
  names: readonly string[],
  days: number,
  now = new Date(),
): SignedPair {
  const issuer = forge.pki.certificateFromPem(authority.cert);
  const { publicKey, key } = rsaKeys(SERVER_BITS);
  const cert = certificateFor(publicKey, days, now);
  cert.setSubject([{ name: 'commonName', value: (names[0] as string).slice(0, 64) }]);
  cert.setIssuer(issuer.subject.attributes);
  cert.setExtensions([
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
    { name: 'extKeyUsage', serverAuth: true },
    {
      name: 'subjectAltName',
      altNames: names.map((name) => (isIP(name) ? { type: 7, ip: name } : { type: 2, value: name })),
    },
    { name: 'subjectKeyIdentifier' },
    { name: 'authorityKeyIdentifier', keyIdentifier: issuer.generateSubjectKeyIdentifier().getBytes() },
  ]);
  cert.sign(forge.pki.privateKeyFromPem(authority.key) as forge.pki.rsa.PrivateKey, forge.md.sha256.create());
  return { cert: forge.pki.certificateToPem(cert) + authority.cert, key };
}

/** @throws UsageError for what is neither a host name nor an address */
export function parseNames(text: string): string[] {
  const names = text
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter(Boolean);
  const wrong = names.find(
    (name) =>
      !isIP(name) &&
      !/^(?=.{1,253}$)(\*\.)?([a-z0-9_]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/.test(name),
  );
  if (wrong !== undefined) throw new UsageError(`"${wrong}" is neither a host name nor an IP address.`);
  if (names.length === 0) throw new UsageError('Say at least one name or address of the server.');
  return [...new Set(names)];
}

/** Days until a certificate ends, cut. */
export function daysLeft(cert: string, now = new Date()): number {
  return Math.floor((new Date(new X509Certificate(cert).validTo).getTime() - now.getTime()) / DAY_MS);
}

function rsaKeys(bits: number) {
  // Node's own are made in a moment; node-forge's would take seconds.
  const pair = generateKeyPairSync('rsa', {
    modulusLength: bits,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const privateKey = forge.pki.privateKeyFromPem(pair.privateKey) as forge.pki.rsa.PrivateKey;
  return { publicKey: forge.pki.publicKeyFromPem(pair.publicKey), privateKey, key: pair.privateKey };
}

function certificateFor(publicKey: forge.pki.PublicKey, days: number, now: Date): forge.pki.Certificate {
  const cert = forge.pki.createCertificate();
  cert.publicKey = publicKey;
  // Positive, as RFC 5280 wants it.
  cert.serialNumber = `00${randomBytes(16).toString('hex')}`;
  cert.validity.notBefore = new Date(now.getTime() - BEFORE_MS);
  cert.validity.notAfter = new Date(now.getTime() + days * DAY_MS);
  return cert;
}
