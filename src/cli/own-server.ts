import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';

export interface OwnServer {
  /** What it listens on, as HOST has it. */
  host: string;
  port: number;
  tls: boolean;
}

const TIMEOUT_MS = 2_500;
/** Longer than the reply of any probe; metrics are known by their beginning. */
const MAX_BYTES = 64 * 1024;

/**
 * Asks a server of this machine by GET, without a key.
 * @returns its reply, of a long body the beginning; undefined when none comes within 2.5 s, or what listens speaks no HTTP
 */
export function askOwnServer(
  { host, port, tls }: OwnServer,
  path: string,
): Promise<{ status: number; body: string } | undefined> {
  return new Promise((resolve) => {
    const options = { host: reachable(host), port, path, agent: false, signal: AbortSignal.timeout(TIMEOUT_MS) };
    // The certificate is for the server's public name, and a machine needs no proof of itself.
    const request = tls ? tlsRequest({ ...options, rejectUnauthorized: false }) : plainRequest(options);
    request.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        body += text;
        if (body.length > MAX_BYTES) response.destroy();
      });
      response.on('error', () => undefined);
      response.on('close', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    request.on('error', () => resolve(undefined));
    request.end();
  });
}

/** Every address of the machine is listened on: one of them is asked. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}
