import type { FastifyInstance } from 'fastify';
import { commonFields } from './common-fields.js';
import { type FormSpec, parseText, unquote } from './fields.js';
import { readForm } from './form.js';
import { success } from './replies.js';
import { collectionOf, type GetRooms } from './rooms.js';

const { collection, id } = commonFields;

export const createForm = {
  collection,
  id,
  name: { kind: 'text', required: true, description: 'Name of the user.' },
} as const satisfies FormSpec;
export const userForm = { collection, id } as const satisfies FormSpec;
export const collectionForm = { collection } as const satisfies FormSpec;

/** Calls on users and collections: /create, /list, /delete_faces, /delete and /delete_collection. */
export function addUserCalls(app: FastifyInstance, rooms: GetRooms): void {
  app.post('/create', async (request) => {
    const form = await readForm(request, createForm);
    await rooms().gallery.saveUser(collectionOf(request, form.collection), { id: form.id, name: form.name });
    return success('User created/updated');
  });

  app.get<{ Querystring: { collection?: string | string[] } }>('/list', async (request) => {
    const given = [request.query.collection ?? ''].flat()[0] ?? '';
    const name = parseText('collection', unquote(given));
    request.subject = { collection: name };
    const users = await rooms().gallery.listUsers(collectionOf(request, name));
    return success(users.map((user) => ({ id: user.id, name: user.name })));
  });

  app.delete('/delete_faces', async (request) => {
    const form = await readForm(request, userForm);
    await rooms().gallery.deleteFaces(collectionOf(request, form.collection), form.id);
    return success('User faces deleted');
  });

  app.delete('/delete', async (request) => {
    const form = await readForm(request, userForm);
    await rooms().gallery.deleteUser(collectionOf(request, form.collection), form.id);
    return success('User deleted');
  });

  app.delete('/delete_collection', async (request) => {
    const form = await readForm(request, collectionForm);
    await rooms().gallery.deleteCollection(collectionOf(request, form.collection));
    return success('Remove collection success');
  });
}
