import { z } from 'zod';
import { type ErrorName, errorRow } from '../../../core/errors.js';
import type { RouteDoc } from './route-doc.js';

/** A JSON object of the document. */
type Json = Record<string, unknown>;

export interface DocumentInfo {
  version: string;
  /** With `mirror`, each code is an HTTP status of its own; else the business codes share the status 200. */
  httpStatus: 'business' | 'mirror';
}

/** The OpenAPI 3.1 description of these routes. */
export function openApiDocument(routes: readonly RouteDoc[], { version, httpStatus }: DocumentInfo): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method]: operation(route, httpStatus === 'mirror') };
  }
  const errors = [...new Set(routes.flatMap((route) => route.errors))];
  return {
    openapi: '3.1.0',
    info: {
      title: 'Face search',
      version,
      license: { name: 'MIT', identifier: 'MIT' },
      description:
        'Finds people by their face. Every reply has a `code`, a string. ' +
        (httpStatus === 'mirror'
          ? 'It is the HTTP status too.'
          : 'Results such as 404 and 407 travel with HTTP status 200; the server can also be set to mirror the code in the HTTP status.') +
        ' What cannot be read as a request of one of these calls gets the HTTP status that says so, with the same form of body. ' +
        'Prometheus metrics are served at `/metrics` on a port of their own, `METRICS_PORT`, without a key.',
    },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: Object.fromEntries(errors.map((name) => [name, schemaOf(refusalSchema(name), 'output')])),
      securitySchemes: {
        api_key: { type: 'apiKey', in: 'header', name: 'api_key', description: 'Also as `api-key`.' },
      },
    },
    security: [{ api_key: [] }],
  };
}

/** The reply for a row of the table of errors. */
export function refusalSchema(name: ErrorName): z.ZodType {
  const { code, reasons } = errorRow(name);
  const texts = [...new Set(Object.values(reasons))];
  // A text with values in it is another one each time.
  const isFixed = texts.every((text) => !text.includes('{'));
  return z.strictObject({
    data: isFixed ? z.literal(texts) : z.string().meta({ examples: texts.slice(0, 1) }),
    code: z.literal(String(code)),
    reason: z.literal(Object.keys(reasons)),
  });
}

function operation(route: RouteDoc, mirror: boolean): Json {
  const { method, path, tag, summary, description, query, headers, parameters, body, keyless } = route;
  const inPath = path.split('/').filter((part) => part !== '' && !part.startsWith('{'));
  return {
    operationId: [method, ...inPath.slice(-2)].join('_'),
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    ...(keyless && { security: [] }),
    parameters: [...given('path', parameters), ...given('query', query), ...given('header', headers)],
    ...(body && {
      requestBody: { required: true, content: { [body.type]: { schema: schemaOf(body.schema, 'input') } } },
    }),
    responses: responses(route, mirror),
  };
}

function given(place: string, schema: z.ZodObject | undefined): Json[] {
  return Object.entries(schema?.shape ?? {}).map(([name, field]) => {
    const { description, ...rest } = schemaOf(field as z.ZodType, 'input');
    const required = place === 'path' || !(field as z.ZodType).safeParse(undefined).success;
    return { name, in: place, required, description, schema: rest };
  });
}

/** By HTTP status; those that share one are told apart by their code. */
function responses({ success, errors }: RouteDoc, mirror: boolean): Json {
  const isJson = !('mediaTypes' in success);
  const byStatus = new Map<number, Json[]>([[200, isJson ? [schemaOf(success, 'output')] : []]]);
  for (const name of errors) {
    const { code, realStatus } = errorRow(name);
    const status = realStatus || mirror ? code : 200;
    byStatus.set(status, [...(byStatus.get(status) ?? []), { $ref: `#/components/schemas/${name}` }]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, schemas]) => {
      const bytes = status === 200 && !isJson ? success.mediaTypes.map((type) => [type, {}]) : [];
      const json = schemas.length === 1 ? schemas[0] : { anyOf: schemas };
      const content = Object.fromEntries([
        ...bytes,
        ...(schemas.length > 0 ? [['application/json', { schema: json }]] : []),
      ]);
      return [status, { description: descriptionOf(status, schemas), content }];
    }),
  );
}

function descriptionOf(status: number, schemas: readonly Json[]): string {
  const names = schemas.map(({ $ref }) => String($ref ?? '').replace(/.*\//, '')).filter((name) => name !== '');
  const refusals = names.map((name) => {
    const { code, reasons } = errorRow(name as ErrorName);
    return `${code} ${Object.keys(reasons).join(', ')}`;
  });
  return [...(status === 200 ? ['Done'] : []), ...refusals].join('; ');
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io });
  return rest;
}
