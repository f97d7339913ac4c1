import type { SwaggerTransform } from '@fastify/swagger';
import type { FastifySchema, RouteOptions } from 'fastify';
import { z } from 'zod';
import {
  allReasons,
  type ErrorName,
  errorRow,
  FaceSearchError,
  type Reason,
  withValues,
} from '../../../core/errors.js';
import { type Dialect, spoken } from '../../dialect.js';
import { maxTextCharacters } from '../../forms/fields.js';
import { Form } from '../../forms/form.js';
import { plainTypes } from '../multipart.js';

/** A JSON object of the document. */
type Json = Record<string, unknown>;

/** With `mirror`, each code is an HTTP status of its own; else the business codes share the status 200. */
export type HttpStatusMode = 'business' | 'mirror';

/** Rows of the table of errors that any endpoint with a key may answer, and with a body. */
const withKey: readonly ErrorName[] = [
  'MISSING',
  'UNKNOWN_KEY',
  'RATE_LIMITED',
  'INTERNAL',
  'ANALYSIS_TIMEOUT',
  'STORE_UNAVAILABLE',
  'AUDIT_UNAVAILABLE',
  'NOT_READY',
];
const withBody: readonly ErrorName[] = ['BODY_TOO_LARGE', 'MEDIA_TYPE', 'OVERLOADED'];

/** Turns the schema of a route into what OpenAPI says of it. */
export function describeRoute(mode: HttpStatusMode): SwaggerTransform<FastifySchema> {
  return ({ schema, url, route }) => {
    if (schema.hide) return { schema, url };
    const { body, querystring, params, headers } = schema;
    const inPath = url.split('/').filter((part) => part !== '' && !part.startsWith(':'));
    return {
      url,
      schema: {
        ...schema,
        ...(route.config?.permission !== undefined && { 'x-permission': route.config.permission }),
        operationId: [String(route.method).toLowerCase(), ...inPath.slice(-2)].join('_'),
        ...(params !== undefined && { params: schemaOf(params, 'input') }),
        ...(querystring !== undefined && { querystring: schemaOf(querystring, 'input') }),
        ...(headers !== undefined && { headers: schemaOf(headers, 'input') }),
        ...(body !== undefined && {
          consumes: consumedBy(body),
          body: schemaOf(body, 'input'),
        }),
        response: responses(schema, errorsOf(schema, route.config), mode, route.config?.dialect),
      },
    };
  };
}

/** Schema of each row of the table of errors, and an example of each reason, which the replies refer to. */
export function refusalComponents(): { schemas: Record<string, object>; examples: Record<string, object> } {
  const reasons = allReasons();
  const names = new Set(reasons.map(({ errorName }) => errorName));
  return {
    schemas: Object.fromEntries([...names].map((name) => [name, schemaOf(refusalSchema(name), 'output')])),
    examples: Object.fromEntries(
      reasons.map(({ reason, errorName, code }) => {
        const { message: data } = FaceSearchError.from({ errorName, reason, values: exampleValues });
        return [reason, { value: { data, code: String(code), reason } }];
      }),
    ),
  };
}

/** What the texts of refusals have in them. */
const exampleValues = {
  field: 'file',
  most: maxTextCharacters,
  width: 320,
  height: 240,
  leastWidth: 640,
  leastHeight: 480,
  fault: 'must be one text',
  permission: 'delete',
  fields: 'collection, id',
};

/** Says that vectors are JSON within a form. A viewer would take them apart otherwise. */
export function describeVectors(paths: Record<string, Record<string, { requestBody?: { content: Json } }>>): void {
  for (const { requestBody } of Object.values(paths).flatMap((path) => Object.values(path))) {
    const form = requestBody?.content['multipart/form-data'] as
      | { schema: { properties: Json }; encoding: Json }
      | undefined;
    const vectors = Object.entries(form?.schema.properties ?? {}).filter(
      ([, field]) => (field as Json).format === 'json',
    );
    if (form && vectors.length > 0)
      form.encoding = Object.fromEntries(vectors.map(([name]) => [name, { contentType: 'application/json' }]));
  }
}

/** The reply for a row of the table of errors. */
function refusalSchema(name: ErrorName): z.ZodType {
  const { code, reasons } = errorRow(name);
  return replySchema(code, reasons);
}

/** @param reasons texts by reason */
function replySchema(code: number, reasons: Readonly<Record<string, string>>, more: z.ZodRawShape = {}): z.ZodType {
  const texts = [...new Set(Object.values(reasons))];
  // A text with values in it is another one each time.
  const isFixed = texts.every((text) => !text.includes('{'));
  return z.strictObject({
    data: isFixed ? z.literal(texts) : z.string(),
    code: z.literal(String(code)),
    ...more,
    reason: z.literal(Object.keys(reasons)),
  });
}

function consumedBy(body: unknown): string[] {
  if (!(body instanceof Form)) return ['application/json'];
  return ['multipart/form-data', ...(body.hasImage ? [] : plainTypes)];
}

function errorsOf(schema: FastifySchema, config: RouteOptions['config']): ErrorName[] {
  const { security, querystring, params, body, errors = [] } = schema;
  const hasKey = security === undefined;
  const all: readonly ErrorName[] = [
    ...(hasKey ? withKey : []),
    ...(querystring || params || body ? (['BAD_INPUT'] as const) : []),
    ...(body ? withBody : []),
    ...errors,
    ...(hasKey && config?.permission !== 'any' ? (['NOT_PERMITTED'] as const) : []),
  ];
  return [...new Set(all)];
}

/** One of the replies that share an HTTP status, which its code tells apart. */
interface Reply {
  status: number;
  schema: Json;
  /** By a few words. */
  examples: Json;
}

/** By HTTP status. */
function responses(
  schema: FastifySchema,
  errors: readonly ErrorName[],
  mode: HttpStatusMode,
  dialect: Dialect | undefined,
): Json {
  const { 200: success } = schema.response as { 200: z.ZodType | { content: Json } };
  const isJson = success instanceof z.ZodType;
  const replies = [
    ...(isJson ? successReplies(success) : []),
    ...errors.flatMap((name) => refusalReplies(name, schema, mode, dialect)),
  ];
  const responseOf = (status: number) => {
    const here = replies.filter((reply) => reply.status === status);
    const schemas = here.map(({ schema }) => schema);
    const examples = Object.assign({}, ...here.map(({ examples }) => examples)) as Json;
    const json = { schema: schemas.length === 1 ? schemas[0] : { anyOf: schemas }, examples };
    const bytes = status === 200 && !isJson ? Object.keys(success.content).map((type) => [type, { schema: {} }]) : [];
    const content = { ...Object.fromEntries(bytes), ...(here.length > 0 && { 'application/json': json }) };
    return { description: Object.keys(examples).join('; '), content };
  };
  const statuses = new Set([200, ...replies.map(({ status }) => status)]);
  return Object.fromEntries([...statuses].map((status) => [status, responseOf(status)]));
}

function successReplies(success: z.ZodType): Reply[] {
  const alternatives = success instanceof z.ZodUnion ? (success.options as z.ZodType[]) : [success];
  return alternatives.map((alternative) => {
    const { examples, ...schema } = schemaOf(alternative, 'output') as { examples: unknown[]; description?: string };
    return { status: 200, schema, examples: { [schema.description ?? 'done']: { value: examples[0] } } };
  });
}

/** In a dialect, one reply for each code that the row has there. */
function refusalReplies(
  name: ErrorName,
  schema: FastifySchema,
  mode: HttpStatusMode,
  dialect: Dialect | undefined,
): Reply[] {
  const { realStatus, code: own, reasons } = errorRow(name);
  if (!dialect || realStatus) return [refusalReply(name, schema, mode)];
  const byCode = new Map<number, Record<string, string>>();
  for (const [reason, ownText] of Object.entries(reasons)) {
    const { code, text } = spoken(name, reason as Reason, ownText, dialect);
    byCode.set(code, { ...byCode.get(code), [reason]: text });
  }
  if (!dialect.message && byCode.size === 1 && byCode.has(own)) return [refusalReply(name, schema, mode)];
  const { message } = dialect;
  const more = message === undefined ? {} : { message: z.literal(message), photo: z.literal([1, 2]).optional() };
  return [...byCode].map(([code, texts]) => ({
    status: mode === 'mirror' ? code : 200,
    schema: schemaOf(replySchema(code, texts, more), 'output'),
    examples: Object.fromEntries(
      Object.entries(texts).map(([reason, text]) => [
        `${code} ${reason}`,
        { value: { data: withValues(text, exampleValues), code: String(code), ...(message && { message }), reason } },
      ]),
    ),
  }));
}

function refusalReply(name: ErrorName, schema: FastifySchema, mode: HttpStatusMode): Reply {
  const { realStatus, code } = errorRow(name);
  const status = realStatus || mode === 'mirror' ? code : 200;
  const examples = shownReasons(name, schema).map((reason) => [
    status === code ? reason : `${code} ${reason}`,
    { $ref: `#/components/examples/${reason}` },
  ]);
  return { status, schema: { $ref: `#/components/schemas/${name}` }, examples: Object.fromEntries(examples) };
}

/** Of rows that most endpoints meet in part only, one that fits. */
function shownReasons(name: ErrorName, { body, querystring }: FastifySchema): string[] {
  const fields = body ?? querystring;
  if (name === 'MISSING') return ['missing-api-key'];
  if (name !== 'BAD_INPUT') return Object.keys(errorRow(name).reasons);
  if (!(fields instanceof Form)) return ['field-value'];
  return [fields.hasImage ? 'image-format' : 'text-length'];
}

function schemaOf(schema: unknown, io: 'input' | 'output'): Json {
  if (schema instanceof Form) return schema.jsonSchema as Json;
  const { $schema: _, ...rest } = z.toJSONSchema(schema as z.ZodType, { io, unrepresentable: 'any' });
  return rest;
}
