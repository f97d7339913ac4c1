import type { FastifyInstance } from 'fastify';
import { commonFields } from '../../forms/common-fields.js';
import { type FormSpec, parseText, unquote } from '../../forms/fields.js';
import { readForm } from '../../forms/form.js';
import { success } from '../../plugins/replies.js';
import { collectionOf, type GetServices } from '../../services.js';

const { collection, id } = commonFields;

export const createForm = {
  collection,
  id,
  name: { kind: 'text', required: true, description: 'Name of the user.' },
} as const satisfies FormSpec;
export const userForm = { collection, id } as const satisfies FormSpec;
export const collectionForm = { collection } as const satisfies FormSpec;

/** Calls on users and collections: /create, /list, /delete_faces, /delete and /delete_collection. */
export function addUserCalls(app: FastifyInstance, services: GetServices): void {
  app.post('/create', async (request) => {
    const form = await readForm(request, createForm);
    await services().gallery.saveUser(collectionOf(request, form.collection), { id: form.id, name: form.name });
    return success('User created/updated');
  });

  app.get<{ Querystring: { collection?: string | string[] } }>('/list', async (request) => {
    const given = [request.query.collection ?? ''].flat()[0] ?? '';
    const name = parseText('collection', unquote(given));
    request.subject = { collection: name };
    const users = await services().gallery.listUsers(collectionOf(request, name));
    return success(users.map((user) => ({ id: user.id, name: user.name })));
  });

  app.delete('/delete_faces', async (request) => {
    const form = await readForm(request, userForm);
    await services().gallery.deleteFaces(collectionOf(request, form.collection), form.id);
    return success('User faces deleted');
  });

  app.delete('/delete', async (request) => {
    const form = await readForm(request, userForm);
    await services().gallery.deleteUser(collectionOf(request, form.collection), form.id);
    return success('User deleted');
  });

  app.delete('/delete_collection', async (request) => {
    const form = await readForm(request, collectionForm);
    await services().gallery.deleteCollection(collectionOf(request, form.collection));
    return success('Remove collection success');
  });
}
