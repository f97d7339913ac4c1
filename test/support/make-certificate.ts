import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** A self-signed certificate for the loopback, and its key, in files that are named after it. */
export function makeCertificate(folder: string, name: string, days = 1): { cert: string; key: string } {
  const files = { cert: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
  const options = `-x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days ${days} -addext subjectAltName=IP:127.0.0.1`;
  const names = ['-subj', `/CN=${name}`, '-keyout', files.key, '-out', files.cert];
  execFileSync('openssl', ['req', ...options.split(' '), ...names], { stdio: 'pipe' });
  return files;
}
