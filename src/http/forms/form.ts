import type { FastifyRequest } from 'fastify';
import { FaceSearchError, type ReasonOf } from '../../core/errors.js';
import { type Part, type PartLimit, type Parts, readParts } from '../plugins/multipart.js';
import {
  type Field,
  type FormSpec,
  type FormValues,
  fieldSchema,
  isMissing,
  limitOf,
  parseField,
  parseImages,
  unquote,
} from './fields.js';
import { plainParts, textPart } from './plain-body.js';

/** Fields of other endpoints, which some clients send with every request. A misspelt one is none of them. */
const FIELDS_OF_OTHERS: ReadonlySet<string> = new Set([
  'allow_id_card',
  'api_key',
  'collection',
  'create',
  'disable_validation',
  'file',
  'id',
  'lower_threshold',
  'name',
  'only_largest_face',
  'threshold',
  'vector',
]);

/** Fields as the schema of a route: a form as its body, or a query, which may come as a form, too. */
export class Form<Spec extends FormSpec = FormSpec> {
  readonly #fields: ReadonlyMap<string, Field>;

  constructor(fields: Spec) {
    this.#fields = new Map(Object.entries<Field>(fields));
  }

  get hasImage(): boolean {
    return [...this.#fields.values()].some(({ kind }) => kind === 'image' || kind === 'images');
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
   * Reads the body and those fields of the query that may stand there, and checks them: missing fields first, then the form of
   * the others, in the order of the fields. Unknown fields are ignored, but not by a deletion, nor does it do without any
   * field: what was misspelt or lost on the way must not be taken for the default collection.
   * @param mediaType of the body, in lower case
   * @throws FaceSearchError MISSING, BAD_INPUT, BODY_TOO_LARGE
   */
  async read(request: FastifyRequest, mediaType: string): Promise<FormValues<Spec>> {
    const query = (request.query ?? {}) as Record<string, string | string[]>;
    const names = new Set(Object.keys(query));
    const keep: PartLimit = (name, isFile, before) => {
      names.add(name);
      const field = this.#fields.get(this.#nameOf(name));
      return field && limitOf(field, isFile, before);
    };
    const parts = await this.#parts(request, mediaType, keep);
    if (request.method === 'DELETE') this.#refuseCareless(names);
    this.#takeFromQuery(parts, query);
    return this.#check(parts);
  }

  async #parts(request: FastifyRequest, mediaType: string, keep: PartLimit): Promise<Parts> {
    if (request.isMultipart()) return readParts(request, keep);
    const isPlain = Buffer.isBuffer(request.body) && request.body.length > 0;
    return isPlain ? plainParts(mediaType, request.body as Buffer, keep) : new Map();
  }

  /** The field that a name stands for. */
  #nameOf(name: string): string {
    for (const [own, field] of this.#fields) if (field.kind === 'images' && field.alias === name) return own;
    return name;
  }

  #refuseCareless(names: ReadonlySet<string>): void {
    const isKnown = [...names].every((name) => this.#fields.has(name) || FIELDS_OF_OTHERS.has(name));
    if (isKnown && [...names].some((name) => this.#fields.has(name))) return;
    throw new FaceSearchError('BAD_INPUT', 'unknown-field', { fields: [...this.#fields.keys()].join(', ') });
  }

  #takeFromQuery(parts: Parts, query: Record<string, string | string[]>): void {
    for (const [name, field] of this.#fields) {
      if (field.kind !== 'text' || !field.inQuery) continue;
      const inQuery = [query[name] ?? []].flat().map((text) => textPart(text));
      const all = [...(parts.get(name) ?? []), ...inQuery].filter(
        (part) => !(field.required && isMissing(field, part)),
      );
      if (new Set(all.map(textOf)).size > 1) throw new FaceSearchError('BAD_INPUT', 'field-conflict', { field: name });
      if (all.length > 0) parts.set(name, all);
    }
  }

  #check(parts: Parts): FormValues<Spec> {
    for (const [name, field] of this.#fields) {
      if (field.required && isMissing(field, parts.get(name)?.[0]))
        throw new FaceSearchError('MISSING', `missing-${name}` as ReasonOf<'MISSING'>);
    }
    const values = [...this.#fields].map(([name, field]) => {
      if (field.kind !== 'images') return [name, fieldValue(name, field, parts.get(name)?.[0])];
      return [
        name,
        parseImages(
          name,
          [name, field.alias].flatMap((either) => parts.get(either) ?? []),
        ),
      ];
    });
    return Object.fromEntries(values) as FormValues<Spec>;
  }
}

export function form<const Spec extends FormSpec>(fields: Spec): Form<Spec> {
  return new Form(fields);
}

function fieldValue(name: string, field: Exclude<Field, { kind: 'images' }>, part: Part | undefined): unknown {
  if (part && !isMissing(field, part)) return parseField(name, field, part);
  if (field.kind === 'flag') return false;
  return 'default' in field ? field.default : undefined;
}

/** To be compared. */
function textOf({ bytes }: Part): string {
  return unquote(bytes.toString('latin1'));
}
