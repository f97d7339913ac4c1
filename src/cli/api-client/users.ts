import { z } from 'zod';
import { ClientError } from './client-error.js';
import type { FaceSearchClient } from './face-search-client.js';

const users = z.array(
  z.object({
    id: z.union([z.string(), z.number()]).transform(String),
    name: z.string().nullish(),
  }),
);

/**
 * Names of the users of a collection by id, as `list` tells them, which has no pages; '' where it tells none.
 * A collection that is not there has none.
 * @throws ClientError
 */
export async function usersOf(client: FaceSearchClient, collection: string): Promise<Map<string, string>> {
  const { code, data } = await client.call('GET', '/list', { collection });
  if (code === '404') return new Map();
  if (code !== '200') throw new ClientError(`${client.origin} does not list the collection: ${code} ${data}`);
  const list = users.safeParse(data);
  if (!list.success) throw new ClientError(`${client.origin} answers "list" with something that is no list of users.`);
  return new Map(list.data.map(({ id, name }) => [id, name ?? '']));
}
