import type { Calls } from '../faults/load-client.js';
import { type Answer, client, type Target } from '../support/target.js';

/** What a call meets instead of an answer; the network has codes of its own. */
export type TroubleCode =
  /** 503: nothing has changed. */
  | 'REFUSED'
  /** 503 that says that the change may have been made. */
  | 'UNCERTAIN'
  /** No node is ready. */
  | 'NO_NODE'
  /** The load is over. */
  | 'OVER';

export class Trouble extends Error {
  constructor(readonly code: TroubleCode) {
    super(`a call met ${code}`);
  }
}

/** Of a call that met it, whether it certainly changed nothing. */
export function changedNothing(code: string): boolean {
  return code === 'REFUSED' || code === 'NO_NODE' || code === 'OVER';
}

/**
 * Calls that go each to another node, so that whatever one node has acknowledged is asked of the others.
 * @param choose the node for a call; undefined when there is none
 * @throws Trouble, or an error of the network
 */
export function roamingCalls(choose: () => Target | undefined, key: string): Calls {
  const send = async (call: (calls: Calls) => Promise<Answer>) => {
    const target = choose();
    if (target === undefined) throw new Trouble('NO_NODE');
    const answer = await call(client(target, key));
    if (answer.status !== 503) return answer;
    throw new Trouble(answer.json.reason === 'change-uncertain' ? 'UNCERTAIN' : 'REFUSED');
  };
  return {
    post: (path, ...parts) => send(({ post }) => post(path, ...parts)),
    delete: (path, ...parts) => send((calls) => calls.delete(path, ...parts)),
    get: (path) => send(({ get }) => get(path)),
  };
}
