import type { User } from '../../people-store.js';
import { fromWire, toWire, type WireError } from './wire-error.js';

/** Methods whose people are decrypted when somebody asks who they are: one who cannot be must not spoil the others. */
const methods: readonly string[] = ['ownersOf', 'peopleWithFaces'];

type Person = object & { readonly user: User | undefined };
type SentUser = { user: User | undefined } | { error: WireError };

/** What a thread sends: the users decrypted, or why they cannot be. */
export function decrypted(method: string, value: unknown): unknown {
  if (!methods.includes(method)) return value;
  return (value as Person[]).map((person) => {
    const { user: _, ...getters } = Object.getOwnPropertyDescriptors(person);
    return Object.defineProperties({ sent: sentUser(person) }, getters as PropertyDescriptorMap);
  });
}

/** What the caller gets: `user` throws where it cannot be decrypted. */
export function revived(method: string, value: unknown, onError: (error: Error) => void): unknown {
  if (!methods.includes(method)) return value;
  return (value as { sent: SentUser }[]).map(({ sent, ...person }) =>
    Object.defineProperty(person, 'user', {
      enumerable: true,
      configurable: true,
      get(): User | undefined {
        if ('user' in sent) return sent.user;
        const error = fromWire(sent.error);
        onError(error);
        throw error;
      },
    }),
  );
}

function sentUser(person: Person): SentUser {
  try {
    return { user: person.user };
  } catch (error) {
    return { error: toWire(error) };
  }
}
