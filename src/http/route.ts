import type { IncomingMessage, ServerResponse } from 'node:http';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifySchemaCompiler,
  FastifyTypeProvider,
  RawServerDefault,
} from 'fastify';
import type { z } from 'zod';
import type { Logins } from '../accounts/logins.js';
import type { Config } from '../config/config.js';
import { type ErrorName, FaceSearchError, type Reason } from '../core/errors.js';
import type { TenantCounts } from '../observability/metrics/tenant-counts.js';
import type { FormValues } from './forms/fields.js';
import { Form } from './forms/form.js';
import { formOf, mediaTypeOf } from './plugins/media-type.js';
import type { GetServices } from './services.js';

declare module 'fastify' {
  interface FastifySchema {
    /** Rows of the table of errors that the endpoint may answer, beside those that each of its kind may answer. */
    errors?: readonly ErrorName[];
  }
}

/** What a handler gets and answers, by the schema of its route: a form or a zod schema. */
interface SchemaTypes extends FastifyTypeProvider {
  validator: this['schema'] extends Form<infer Spec>
    ? FormValues<Spec>
    : this['schema'] extends z.ZodType
      ? z.output<this['schema']>
      : unknown;
  serializer: this['schema'] extends z.ZodType ? z.input<this['schema']> : unknown;
}

/** An app whose routes have such schemas. */
export type App = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, SchemaTypes>;

/** What handlers work with. */
export interface RouteParts {
  config: Config;
  services: GetServices;
  logins: Logins;
  /** Counts what each tenant asks for. */
  counts: TenantCounts;
}

/** Adds one route to an app. */
export type Route = (app: App, parts: RouteParts) => void;

/** Lets the routes of an app check their requests by forms and zod schemas, and leaves their replies as they are. */
export function useSchemas(app: FastifyInstance): void {
  app.setValidatorCompiler(compileValidator);
  app.setSerializerCompiler(() => JSON.stringify);
  // A form can only be read from the request itself.
  app.addHook('preValidation', async (request) => {
    const form = formOf(request);
    if (!form) return;
    const values = await form.read(request, mediaTypeOf(request));
    if (request.routeOptions.schema?.body) request.body = values;
    else request.query = values;
  });
}

/** Headers are only described: those who read them take more than one spelling of their names. */
const compileValidator: FastifySchemaCompiler<unknown> = ({ schema, httpPart }) => {
  // A form has been checked when it was read.
  if (httpPart === 'headers' || schema instanceof Form) return () => true;
  // What it throws reaches the error handler as it is.
  return (given: unknown) => ({ value: checked(schema as z.ZodType, given) });
};

/**
 * Checks a query or a body. The message names what is wrong and never repeats what was given.
 * @throws FaceSearchError BAD_INPUT
 */
function checked<T>(schema: z.ZodType<T>, given: unknown): T {
  const parsed = schema.safeParse(given ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path.join('.') ?? '';
  if (issue?.code === 'custom' && issue.params?.reason === ('photo-or-vector' satisfies Reason))
    throw new FaceSearchError('BAD_INPUT', 'photo-or-vector');
  const fault = issue?.message ?? 'is not valid';
  throw new FaceSearchError('BAD_INPUT', 'field-value', { field: path || 'The body', fault });
}
