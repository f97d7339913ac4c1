import { expect } from 'vitest';
import { field } from '../support/multipart.js';
import type { Case, Step } from './contract-case.js';

const id = field('id', 'u1');
const name = field('name', 'Mai');
const mai: Step = ['POST', '/create', id, name];
/** A direction that no other test uses. */
const numbers = Array.from({ length: 512 }, (_, i) => Math.sin(i * i) / 7);
const vector = field('vector', JSON.stringify(numbers));
const withVector: Step[] = [mai, ['POST', '/add_vector', id, vector]];

/** Numbers whose cosine to `numbers` is about 0.29: some similarity, and no match. */
const other = JSON.stringify(numbers.map((x, i) => (i < 43 ? x : i % 2 ? 0.13 : -0.13)));

const ok = (data: unknown) => ({ data, code: '200' });
const missing = (what: string) => ({ data: `Missing ${what}`, code: '412', reason: `missing-${what}` });
const refused = (reason: string) => ({ data: expect.any(String), code: '400', reason });
const noUser = { data: 'User not found', code: '404', reason: 'user-not-found' };
const notFound = { data: 'Not found', code: '404', reason: 'not-found' };
const found = ok({ id: 'u1', name: 'Mai', similarity: expect.closeTo(1, 5) });

/** Calls 1 and 4 to 9: those without an image. */
export const userCases: readonly Case[] = [
  { what: 'a new user', call: mai, reply: ok('User created/updated') },
  { what: 'a user that exists', given: [mai], call: mai, reply: ok('User created/updated') },
  { what: 'fields in another order', call: ['POST', '/create', name, id], reply: ok('User created/updated') },
  { what: 'no id', call: ['POST', '/create', name], reply: missing('id') },
  { what: 'an empty id', call: ['POST', '/create', field('id', ''), name], reply: missing('id') },
  { what: 'no name', call: ['POST', '/create', id], reply: missing('name') },

  { what: 'an unknown collection', call: ['GET', '/list'], reply: ok([]) },
  {
    what: 'users in order of creation, with the names that they have now',
    given: [mai, ['POST', '/create', field('id', 'người 2'), name], ['POST', '/create', id, field('name', 'Mai Ngô')]],
    call: ['GET', '/list'],
    reply: ok([
      { id: 'u1', name: 'Mai Ngô' },
      { id: 'người 2', name: 'Mai' },
    ]),
  },

  {
    what: 'a user with faces',
    given: withVector,
    call: ['DELETE', '/delete_faces', id],
    reply: ok('User faces deleted'),
  },
  {
    what: 'a user without faces',
    given: [mai],
    call: ['DELETE', '/delete_faces', id],
    reply: ok('User faces deleted'),
  },
  { what: 'an unknown user', given: [mai], call: ['DELETE', '/delete_faces', field('id', 'u2')], reply: noUser },
  { what: 'no id', call: ['DELETE', '/delete_faces'], reply: missing('id') },
  {
    what: 'a user whose faces are deleted',
    given: [...withVector, ['DELETE', '/delete_faces', id]],
    call: ['POST', '/search_vector', vector],
    reply: notFound,
  },
  {
    what: 'the user whose faces are deleted',
    given: [...withVector, ['DELETE', '/delete_faces', id]],
    call: ['GET', '/list'],
    reply: ok([{ id: 'u1', name: 'Mai' }]),
  },

  { what: 'a user', given: withVector, call: ['DELETE', '/delete', id], reply: ok('User deleted') },
  { what: 'a user twice', given: [mai, ['DELETE', '/delete', id]], call: ['DELETE', '/delete', id], reply: noUser },
  { what: 'an unknown collection', call: ['DELETE', '/delete', id], reply: noUser },
  { what: 'no id', call: ['DELETE', '/delete'], reply: missing('id') },
  {
    what: 'a deleted user',
    given: [...withVector, ['DELETE', '/delete', id]],
    call: ['POST', '/search_vector', vector],
    reply: notFound,
  },
  {
    what: 'a user that was deleted and made again',
    given: [...withVector, ['DELETE', '/delete', id], mai],
    call: ['POST', '/search_vector', vector],
    reply: notFound,
  },

  {
    what: 'a collection',
    given: withVector,
    call: ['DELETE', '/delete_collection'],
    reply: ok('Remove collection success'),
  },
  {
    what: 'an unknown collection',
    call: ['DELETE', '/delete_collection'],
    reply: { data: 'Collection not found', code: '404', reason: 'collection-not-found' },
  },
  {
    what: 'a deleted collection',
    given: [...withVector, ['DELETE', '/delete_collection']],
    call: ['POST', '/search_vector', vector],
    reply: notFound,
  },

  { what: 'a vector', given: [mai], call: ['POST', '/add_vector', vector, id], reply: ok('Add photo success') },
  {
    what: 'a quoted vector',
    given: [mai],
    call: ['POST', '/add_vector', id, field('vector', `"${JSON.stringify(numbers)}"`)],
    reply: ok('Add photo success'),
  },
  {
    what: '511 numbers',
    given: [mai],
    call: ['POST', '/add_vector', id, field('vector', JSON.stringify(numbers.slice(1)))],
    reply: refused('vector-format'),
  },
  { what: 'an unknown user', call: ['POST', '/add_vector', id, vector], reply: noUser },
  { what: 'no id', call: ['POST', '/add_vector', vector], reply: missing('id') },
  { what: 'no vector', call: ['POST', '/add_vector', id], reply: missing('vector') },

  { what: 'the same vector', given: withVector, call: ['POST', '/search_vector', vector], reply: found },
  {
    what: 'the same vector scaled',
    given: withVector,
    call: ['POST', '/search_vector', field('vector', JSON.stringify(numbers.map((x) => x * 100)))],
    reply: found,
  },
  {
    what: 'the least threshold',
    given: withVector,
    call: ['POST', '/search_vector', field('vector', other), field('threshold', '0')],
    reply: ok({ id: 'u1', name: 'Mai', similarity: expect.any(Number) }),
  },
  {
    what: 'another vector',
    given: withVector,
    call: ['POST', '/search_vector', field('vector', other)],
    reply: notFound,
  },
  { what: 'an unknown collection', call: ['POST', '/search_vector', vector], reply: notFound },
  {
    what: 'a threshold above 1',
    call: ['POST', '/search_vector', vector, field('threshold', '1.5')],
    reply: refused('threshold-range'),
  },
  { what: 'text', call: ['POST', '/search_vector', field('vector', 'abc')], reply: refused('vector-format') },
  { what: 'no vector', call: ['POST', '/search_vector'], reply: missing('vector') },
];
