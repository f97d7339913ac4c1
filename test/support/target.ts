import { Agent, request } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { basePath } from '../../src/http/routes/v4/v4.js';
import { type Form, form, type PartInit } from './multipart.js';

export interface Call {
  method: 'GET' | 'POST' | 'DELETE' | 'OPTIONS' | 'PUT';
  /** Below the base path of the calls, unless `absolute`. */
  path: string;
  absolute?: boolean;
  headers?: Record<string, string>;
  /** A multipart form, or a body of another kind with its headers. */
  body?: Form;
}

export interface Answer {
  status: number;
  headers: Record<string, unknown>;
  text: string;
  /** The body, parsed. */
  json: { data?: unknown; extra_data?: unknown; code?: unknown; message?: unknown; reason?: unknown };
}

/** Something that answers calls: an instance that is injected into, or one behind a socket. */
export interface Target {
  send(call: Call): Promise<Answer>;
  close(): Promise<void>;
}

export function injectTarget(app: FastifyInstance): Target {
  return {
    async send(call) {
      const response = await app.inject({
        method: call.method,
        url: urlOf(call),
        headers: headersOf(call),
        ...(call.body && { payload: call.body.body }),
      });
      return answer(response.statusCode, response.headers, response.body);
    },
    close: () => app.close(),
  };
}

/** Listens on a free port of the loopback and speaks HTTP to it. */
export async function socketTarget(app: FastifyInstance): Promise<Target & { port: number }> {
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const target = httpTarget(`http://127.0.0.1:${port}`);
  return {
    ...target,
    port,
    async close() {
      await target.close();
      await app.close();
    },
  };
}

/**
 * Speaks HTTP to a server that listens.
 * @param ca the certificate that a server with TLS is believed by
 */
export function httpTarget(origin: string, ca?: string): Target {
  const { hostname: host, port, protocol } = new URL(origin);
  const isTls = protocol === 'https:';
  const agent = isTls ? new TlsAgent({ keepAlive: true, ca }) : new Agent({ keepAlive: true });
  return {
    send: (call) =>
      new Promise((resolve, reject) => {
        const options = { host, port, agent, method: call.method, path: urlOf(call) };
        const outgoing = (isTls ? tlsRequest : request)({ ...options, headers: headersOf(call) }, (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', reject);
          incoming.on('end', () =>
            resolve(answer(incoming.statusCode ?? 0, incoming.headers, Buffer.concat(chunks).toString())),
          );
        });
        outgoing.on('error', reject);
        outgoing.end(call.body?.body);
      }),
    async close() {
      agent.destroy();
    },
  };
}

/** Short forms for calls with a key. */
export function client(target: Target, key: string) {
  const headers = { api_key: key };
  return {
    post: (path: string, ...parts: PartInit[]) => target.send({ method: 'POST', path, headers, body: form(...parts) }),
    delete: (path: string, ...parts: PartInit[]) =>
      target.send({ method: 'DELETE', path, headers, body: form(...parts) }),
    get: (path: string) => target.send({ method: 'GET', path, headers }),
  };
}

function urlOf(call: Call): string {
  return call.absolute ? call.path : basePath + call.path;
}

function headersOf(call: Call): Record<string, string> {
  return {
    ...(call.body && { 'content-length': String(call.body.body.length) }),
    ...call.body?.headers,
    ...call.headers,
  };
}

function answer(status: number, headers: Record<string, unknown>, text: string): Answer {
  const isJson = String(headers['content-type']).startsWith('application/json');
  return { status, headers, text, json: isJson ? (JSON.parse(text) as Answer['json']) : {} };
}
