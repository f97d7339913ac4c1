import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import { basePath } from '../../../../src/http/routes/v4/v4.js';
import { type Document, document, inspectApp } from '../../endpoints.js';

const documents = {
  business: load(document),
  mirror: load((await inspectApp({ HTTP_STATUS: 'mirror' })).document),
};

function load(document: Document) {
  // The formats are only for readers: the patterns beside them say the same.
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(document, 'openapi.json');
  return { document, ajv };
}

/**
 * Fails unless the document has this status for this call, and the body conforms to what it says of it.
 * @param call its path below that of the twelve calls, or the whole of it where `absolute`; a query does not matter
 */
export function expectConforming(
  { method, path, absolute = false }: { method: string; path: string; absolute?: boolean },
  { status, headers, json }: { status: number; headers?: Record<string, unknown>; json: unknown },
  httpStatus: 'business' | 'mirror' = 'business',
): void {
  const { document, ajv } = documents[httpStatus];
  const documented = pathOf(document, (absolute ? '' : basePath) + path.replace(/\?.*/, ''));
  const response = document.paths[documented]?.[method.toLowerCase()]?.responses[status];
  expect(response, `${method} ${path} answers with HTTP ${status}`).toBeDefined();
  const type = String(headers?.['content-type'] ?? 'application/json').replace(/;.*/, '');
  expect(Object.keys(response?.content ?? {}), `${method} ${path} answers with ${status}`).toContain(type);
  if (type !== 'application/json') return;
  const pointer = ['paths', documented, method.toLowerCase(), 'responses', status, 'content', type, 'schema'];
  const steps = pointer.map((step) => encodeURIComponent(String(step).replaceAll('/', '~1')));
  const conforms = ajv.getSchema(`openapi.json#/${steps.join('/')}`);
  if (!conforms) throw new Error(`the document has no schema for ${method} ${path} ${status}`);
  conforms(json);
  expect(conforms.errors ?? [], `${method} ${path}: ${JSON.stringify(json)}`).toEqual([]);
}

/** The path of the document, with parameters, that a path is one of. */
function pathOf(document: Document, path: string): string {
  const isLike = (pattern: string) => new RegExp(`^${pattern.replace(/\{\w+\}/g, '[^/]+')}$`).test(path);
  return Object.keys(document.paths).find(isLike) ?? path;
}
