import { z } from 'zod';
import { EMBEDDING_LENGTH } from '../../../core/embedding.js';
import type { ErrorName } from '../../../core/errors.js';
import { type Field, type FormSpec, maxTextCharacters } from '../../forms/fields.js';
import type { RouteDoc } from '../../plugins/openapi/route-doc.js';
import { ofAnyCall, withBody, withPhoto } from './documented-errors.js';
import { extractCropForm, extractForm } from './extract.js';
import { addForm, searchCropForm, searchForm } from './photos.js';
import { collectionForm, createForm, userForm } from './users.js';
import { basePath } from './v4.js';
import { addVectorForm, searchVectorForm } from './vectors.js';

const done = (data: string) => z.strictObject({ data: z.literal(data), code: z.literal('200') });
const candidate = z.strictObject({ id: z.string(), name: z.string(), similarity: z.number().min(0).max(1) });
const match = z.strictObject({ data: candidate, code: z.literal('200') });
const vector = z.strictObject({
  data: z.strictObject({ vector: z.array(z.number()).length(EMBEDDING_LENGTH) }),
  code: z.literal('200'),
  message: z.literal('successful'),
});
const searched = z.union([
  match,
  z
    .strictObject({ extra_data: candidate, code: z.literal('200') })
    .describe('A near miss, from lower_threshold to threshold.'),
  z
    .strictObject({ data: z.strictObject({ id: z.uuid(), new: z.literal(true) }), code: z.literal('200') })
    .describe('Nobody was found, and the person was enrolled.'),
]);
const users = z.strictObject({
  data: z.array(z.strictObject({ id: z.string(), name: z.string() })),
  code: z.literal('200'),
});

/** The twelve calls and the probes, as the documentation shows them. */
export const routeDocs: readonly RouteDoc[] = [
  post('/create', 'People', 'Register a person, or change the name', createForm, done('User created/updated'), [
    ...withBody,
    'READ_ONLY_KEY',
  ]),
  post('/add', 'People', 'Add a photo of a person', addForm, done('Add photo success'), [
    ...withPhoto,
    'USER_NOT_FOUND',
    'READ_ONLY_KEY',
  ]),
  post('/add_vector', 'People', 'Add an embedding of a person', addVectorForm, done('Add photo success'), [
    ...withBody,
    'USER_NOT_FOUND',
    'READ_ONLY_KEY',
  ]),
  {
    ...call('get', '/list', 'People', 'Everybody in a collection, in order of creation'),
    query: formSchema(collectionForm),
    success: users,
    errors: [...ofAnyCall, 'BAD_INPUT'],
  },
  erase('/delete_faces', "Forget a person's faces", userForm, 'User faces deleted', 'USER_NOT_FOUND'),
  erase('/delete', 'Forget a person', userForm, 'User deleted', 'USER_NOT_FOUND'),
  erase(
    '/delete_collection',
    'Forget a collection',
    collectionForm,
    'Remove collection success',
    'COLLECTION_NOT_FOUND',
  ),
  post('/search', 'Search', 'Who is on this photo?', searchForm, searched, [
    ...withPhoto,
    'NOT_FOUND',
    'READ_ONLY_KEY',
  ]),
  post('/search_no_crop', 'Search', 'Whose face is this crop?', searchCropForm, match, [...withBody, 'NOT_FOUND']),
  post('/search_vector', 'Search', 'Whose embedding is this?', searchVectorForm, match, [...withBody, 'NOT_FOUND']),
  extract('/extract_from_fm', 'The embedding of a photo', extractForm, withPhoto),
  extract('/extract_no_crop_from_fm', 'The embedding of a crop', extractCropForm, withBody),
  probe('/health', 'Does the process live?', 'ok', []),
  probe('/ready', 'Are models and store ready?', 'ready', ['NOT_READY']),
];

function call(method: RouteDoc['method'], path: string, tag: string, summary: string) {
  return { method, path: basePath + path, tag, summary };
}

function post(
  path: string,
  tag: string,
  summary: string,
  form: FormSpec,
  success: z.ZodType,
  errors: readonly ErrorName[],
): RouteDoc {
  return { ...call('post', path, tag, summary), body: multipart(form), success, errors };
}

function erase(path: string, summary: string, form: FormSpec, text: string, notFound: ErrorName): RouteDoc {
  return {
    ...call('delete', path, 'Erase', summary),
    body: multipart(form),
    success: done(text),
    errors: [...withBody, notFound, 'READ_ONLY_KEY'],
  };
}

function extract(path: string, summary: string, form: FormSpec, errors: readonly ErrorName[]): RouteDoc {
  const version = z.enum(['v3', 'v4', 'none']).default('v3');
  return {
    ...post(path, 'Embeddings', summary, form, vector, errors),
    headers: z.object({
      facematch_version: version.describe('`v4` is the mean of the image and its mirror image. Also with a dash.'),
    }),
  };
}

function probe(path: string, summary: string, text: string, errors: readonly ErrorName[]): RouteDoc {
  return { method: 'get', path, tag: 'Probes', summary, success: done(text), errors, keyless: true };
}

function multipart(form: FormSpec): NonNullable<RouteDoc['body']> {
  return { type: 'multipart/form-data', schema: formSchema(form) };
}

/** A form as it is sent. */
function formSchema(form: FormSpec): z.ZodObject {
  return z.object(Object.fromEntries(Object.entries(form).map(([name, field]) => [name, fieldSchema(field)])));
}

function fieldSchema(field: Field): z.ZodType {
  const kinds = {
    text: z.string().max(maxTextCharacters),
    flag: z.boolean().default(false),
    similarity: z.number().min(0).max(1),
    vector: z.string().meta({ contentMediaType: 'application/json' }),
    image: z.file(),
  };
  const schema: z.ZodType = kinds[field.kind];
  if ('default' in field && field.default !== undefined)
    return schema.default(field.default).describe(field.description);
  return (field.required ? schema : schema.optional()).describe(field.description);
}
