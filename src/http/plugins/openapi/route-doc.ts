import type { z } from 'zod';
import type { ErrorName } from '../../../core/errors.js';

/** What the documentation says of one route. The schemas are those of the data as it travels. */
export interface RouteDoc {
  method: 'get' | 'post' | 'delete';
  /** Whole path, with parameters as `{name}`. */
  path: string;
  tag: string;
  /** A few words for the list of routes. */
  summary: string;
  description?: string;
  query?: z.ZodObject;
  headers?: z.ZodObject;
  /** Parameters of the path. */
  parameters?: z.ZodObject;
  body?: { type: 'multipart/form-data' | 'application/json'; schema: z.ZodType };
  /** The whole body of the reply with the code 200: JSON, or bytes of one of these media types. */
  success: z.ZodType | { mediaTypes: readonly string[] };
  /** Rows of the table of errors that it may answer. */
  errors: readonly ErrorName[];
  /** Needs no key. */
  keyless?: true;
}
