import type { FastifyRequest } from 'fastify';
import { FaceSearchError, type ReasonOf } from '../../core/errors.js';
import { type Part, readParts } from '../plugins/multipart.js';
import { type Field, type FormSpec, type FormValues, fieldSchema, isMissing, limitOf, parseField } from './fields.js';

/** Fields as the schema of a route: a multipart form as its body, or a query. */
export class Form<Spec extends FormSpec = FormSpec> {
  readonly #fields: ReadonlyMap<string, Field>;

  constructor(fields: Spec) {
    this.#fields = new Map(Object.entries<Field>(fields));
  }

  get hasImage(): boolean {
    return [...this.#fields.values()].some(({ kind }) => kind === 'image');
  }

  get jsonSchema(): object {
    const fields = [...this.#fields];
    return {
      type: 'object',
      properties: Object.fromEntries(fields.map(([name, field]) => [name, fieldSchema(field)])),
      required: fields.filter(([, { required }]) => required).map(([name]) => name),
    };
  }

  /**
   * Reads a multipart body and checks it: missing fields first, then the form of the others, in the order of the fields.
   * Fields outside the form are ignored.
   * @throws FaceSearchError MISSING, BAD_INPUT, BODY_TOO_LARGE
   */
  async read(request: FastifyRequest): Promise<FormValues<Spec>> {
    const parts = await readParts(request, (name, isFile) => {
      const field = this.#fields.get(name);
      return field && limitOf(field, isFile);
    });
    return this.#check((name) => parts.get(name));
  }

  /**
   * Checks a query in the same way. Of several values with the same name the first counts.
   * @throws FaceSearchError MISSING, BAD_INPUT
   */
  checkQuery(query: Record<string, string | string[]>): FormValues<Spec> {
    return this.#check((name) => {
      const [text] = [query[name]].flat();
      return text === undefined ? undefined : { bytes: Buffer.from(text), isFile: false, tooLarge: false };
    });
  }

  #check(partOf: (name: string) => Part | undefined): FormValues<Spec> {
    for (const [name, field] of this.#fields) {
      if (field.required && isMissing(field, partOf(name)))
        throw new FaceSearchError('MISSING', `missing-${name}` as ReasonOf<'MISSING'>);
    }
    const values = [...this.#fields].map(([name, field]) => [name, fieldValue(name, field, partOf(name))]);
    return Object.fromEntries(values) as FormValues<Spec>;
  }
}

export function form<const Spec extends FormSpec>(fields: Spec): Form<Spec> {
  return new Form(fields);
}

function fieldValue(name: string, field: Field, part: Part | undefined): unknown {
  if (part && !isMissing(field, part)) return parseField(name, field, part);
  if (field.kind === 'flag') return false;
  return 'default' in field ? field.default : undefined;
}
