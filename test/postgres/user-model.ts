import type { Model } from './linearizability.js';

/** What is asked of one user of a collection. Faces stand for the vectors that only this user gets, each once. */
export type UserInput =
  | { call: 'create'; name: string }
  | { call: 'add'; face: string }
  | { call: 'delete_faces' }
  | { call: 'delete' }
  | { call: 'list' }
  | { call: 'search'; face: string };

/** `done` or `unknown` of a change; of a question the name of the user that is found, or that nobody is. */
export type UserOutput = 'done' | 'unknown' | { found: string | undefined };

/** Undefined while there is no such user. */
export type UserState = { name: string; faces: readonly string[] } | undefined;

export const userModel: Model<UserState, UserInput, UserOutput> = {
  initial: undefined,

  apply(state, input) {
    if (input.call === 'create') return { state: { name: input.name, faces: state?.faces ?? [] }, output: 'done' };
    if (input.call === 'list') return { state, output: { found: state?.name } };
    if (input.call === 'search')
      return { state, output: { found: state?.faces.includes(input.face) ? state.name : undefined } };
    if (state === undefined) return { state, output: 'unknown' };
    if (input.call === 'delete') return { state: undefined, output: 'done' };
    const faces = input.call === 'add' ? [...state.faces, input.face].sort() : [];
    return { state: { ...state, faces }, output: 'done' };
  },

  keyOf: (state) => JSON.stringify(state ?? null),

  isSame(one, other) {
    if (typeof one === 'string' || typeof other === 'string') return one === other;
    return one.found === other.found;
  },
};
