import type { FastifyInstance } from 'fastify';
import { buildFakeApp } from '../support/fake-app.js';
import { form, type PartInit } from '../support/multipart.js';
import type { Call } from '../support/target.js';
import { samples } from './samples.js';

type Json = Record<string, unknown>;

/** What the document says of one endpoint. */
interface Operation {
  operationId: string;
  'x-permission'?: string;
  security?: unknown[];
  parameters?: { name: string; in: string; required?: boolean; example?: unknown; schema: Json }[];
  requestBody?: { content: Record<string, { schema: { properties?: Record<string, Json> }; example?: unknown }> };
  responses: Record<
    string,
    { content: Record<string, { schema?: Json; examples?: Record<string, { value: unknown }> }> }
  >;
}

export interface Endpoint {
  method: 'GET' | 'POST' | 'DELETE';
  /** Whole, with parameters as `{name}`. */
  path: string;
  operation: Operation;
}

export interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
}

/** Routes and document of an app. */
export async function inspectApp(env: Record<string, string> = {}): Promise<{ routes: string[]; document: Document }> {
  const { app } = await buildFakeApp(env);
  await app.ready();
  const inspected = { routes: routesOf(app), document: app.swagger() as unknown as Document };
  await app.close();
  return inspected;
}

/** `METHOD /path` of every route, parameters as the document writes them. Fastify prints them as a tree, without what a branch begins with. */
function routesOf(app: FastifyInstance): string[] {
  const begun: string[] = [];
  const lines = app.printRoutes({ commonPrefix: false }).trim().split('\n');
  return lines.flatMap((line) => {
    const [, indent = '', name = '', methods = ''] = /^(.*)── (\S+) \((.*)\)$/.exec(line) ?? [];
    const depth = Math.floor(indent.length / 4);
    begun.splice(depth, begun.length, name);
    const path = begun.join('').replace(/:(\w+)/g, '{$1}');
    return methods
      .split(', ')
      .filter((method) => method !== 'HEAD')
      .map((method) => `${method} ${path}`);
  });
}

/** `METHOD /path` of every route of the router, and the document. */
export const { routes, document } = await inspectApp();

/** What the document describes. */
export const documented: readonly Endpoint[] = Object.entries(document.paths).flatMap(([path, operations]) =>
  Object.entries(operations).map(([method, operation]) => ({
    method: method.toUpperCase() as Endpoint['method'],
    path,
    operation,
  })),
);

/** Every route of the router but pages for browsers, the document, the probes and the log-in: what asks for a key. */
export const endpoints: readonly Endpoint[] = routes
  .filter((route) => !/^GET (\/|\/openapi\.json|\/health|\/ready|\/(console|docs)\b.*)$/.test(route))
  .filter((route) => !/ \/admin\/v1\/session$/.test(route))
  .map((route) => {
    const found = documented.find(({ method, path }) => `${method} ${path}` === route);
    if (!found) throw new Error(`${route} is not documented`);
    return found;
  });

/** The sample request of an endpoint, in which `face` stands for the number of a face, or of a webhook. */
export function sampleOf({ method, path }: Endpoint, face = 1): Pick<Call, 'method' | 'path' | 'absolute' | 'body'> {
  const sample = samples[`${method} ${path}`];
  if (!sample) throw new Error(`test/http/samples.ts has no request for ${method} ${path}`);
  return request({ method, path }, sample, face);
}

/** A request with a query, a form or JSON. */
export function request(
  { method, path }: Pick<Endpoint, 'method' | 'path'>,
  { query = '', parts, json }: { query?: string; parts?: readonly PartInit[]; json?: object },
  face = 1,
): Pick<Call, 'method' | 'path' | 'absolute' | 'body'> {
  const body = json
    ? { headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(json)) }
    : parts && form(...parts);
  return { method, path: path.replace(/\{\w+\}/, String(face)) + query, absolute: true, ...(body && { body }) };
}
