import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import { basePath } from '../../src/facesearch/facesearch.js';
import { routeDocs } from '../../src/facesearch/route-docs.js';
import { openApiDocument } from '../../src/openapi/document.js';

type Json = Record<string, unknown>;
interface Document {
  paths: Record<string, Record<string, { responses: Record<string, unknown> }>>;
  components: { schemas: Record<string, Json> };
}

const documents = { business: made('business'), mirror: made('mirror') };

function made(httpStatus: 'business' | 'mirror') {
  const document = openApiDocument(routeDocs, { version: '1.0.0', httpStatus });
  // The formats are only for readers: the patterns beside them say the same.
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(document, 'openapi.json');
  return { document: document as unknown as Document, ajv };
}

/** Fails unless the document has this status for this call, and the body conforms to what it says of it. */
export function expectConforming(
  { method, path }: { method: string; path: string },
  { status, json }: { status: number; json: unknown },
  httpStatus: 'business' | 'mirror' = 'business',
): void {
  const { document, ajv } = documents[httpStatus];
  const whole = basePath + path;
  const response = document.paths[whole]?.[method.toLowerCase()]?.responses[status];
  expect(response, `${method} ${path} answers with HTTP ${status}`).toBeDefined();
  const pointer = [whole.replaceAll('/', '~1'), method.toLowerCase(), 'responses', status].join('/');
  const conforms = ajv.getSchema(
    `openapi.json#/paths/${pointer}/content/${'application/json'.replace('/', '~1')}/schema`,
  );
  if (!conforms) throw new Error(`the document has no schema for ${method} ${path} ${status}`);
  conforms(json);
  expect(conforms.errors ?? [], `${method} ${path}: ${JSON.stringify(json)}`).toEqual([]);
}
