import type { FaceSearchClient } from '../api-client/face-search-client.js';
import type { ServerReply } from '../api-client/outcome.js';
import { usersOf } from '../api-client/users.js';
import type { ServerRefusal } from './import-state.js';

/** The people of a collection on a server; those who are missing are made, each once. */
export class ServerPeople {
  readonly #made = new Map<string, Promise<ServerRefusal | undefined>>();

  /** @throws ClientError when the collection cannot be listed */
  static async of(
    client: FaceSearchClient,
    collection: string,
    names: ReadonlyMap<string, string>,
  ): Promise<ServerPeople> {
    return new ServerPeople(client, collection, names, await usersOf(client, collection));
  }

  private constructor(
    private readonly client: FaceSearchClient,
    private readonly collection: string,
    /** Names that people are to have, by id. */
    private readonly names: ReadonlyMap<string, string>,
    /** Names of people that the server had at the beginning, by id. */
    private readonly known: ReadonlyMap<string, string>,
  ) {}

  /** Whether the server had this person at the beginning. */
  wasThere(id: string): boolean {
    return this.known.has(id);
  }

  /** Whether the server had this person at the beginning, or the import has made it. */
  isThere(id: string): boolean {
    return this.known.has(id) || this.#made.has(id);
  }

  /** Whether nobody has this id there, or somebody of another name. */
  mustBeMade(id: string): boolean {
    return this.#nameFor(id) !== this.known.get(id);
  }

  /**
   * Makes a person where the server has nobody with this id, or has another name.
   * @throws ClientError, or the reason of the signal
   */
  make(id: string): Promise<ServerRefusal | undefined> {
    const begun = this.#made.get(id);
    if (begun) return begun;
    const made = this.#create(id);
    this.#made.set(id, made);
    return made;
  }

  async #create(id: string): Promise<ServerRefusal | undefined> {
    if (!this.mustBeMade(id)) return undefined;
    const { client, collection } = this;
    const answer = await client.call('POST', '/create', { collection, id, name: this.#nameFor(id) });
    return answer.code === '200' ? undefined : refusalOf(answer);
  }

  /** `create` takes nobody without a name. */
  #nameFor(id: string): string {
    return this.names.get(id) || this.known.get(id) || id;
  }
}

/** What an answer other than 200 says. */
export function refusalOf({ code, data, reason = '' }: ServerReply): ServerRefusal {
  return { code, text: String(data), reason };
}
