/** A call, from the moment it was sent to the moment its answer came. Times are of one clock, no two the same. */
export interface Operation<Input, Output> {
  start: number;
  /** Infinity where no answer came: it may have happened at any time since, or never. */
  end: number;
  input: Input;
  /** Undefined where no answer came. */
  output: Output | undefined;
}

/** What a thing does that is asked by one caller at a time. */
export interface Model<State, Input, Output> {
  initial: State;
  apply(state: State, input: Input): { state: State; output: Output };
  /** The same for equal states, and only for those. */
  keyOf(state: State): string;
  isSame(one: Output, other: Output): boolean;
}

/** A call or its answer, in a list from which both are taken when the call is placed. */
interface Event {
  operation: number;
  isCall: boolean;
  previous: Event | undefined;
  next: Event | undefined;
  /** Of a call: its answer. */
  answer: Event | undefined;
}

/**
 * Whether there is an order of the operations in which each happens at one moment between its start and its end and each
 * answer is the one that the model gives. Exact, by the search of Wing and Gong ("Testing and Verifying Concurrent
 * Objects", J. Parallel and Distributed Computing 17, 1993), which never tries the same set of operations with the same
 * state twice (Lowe, "Testing for linearizability", Concurrency and Computation 29, 2017). A history of several things
 * is linearizable if that of each is (Herlihy and Wing, ACM TOPLAS 12, 1990): give it those of one user at a time.
 * @returns undefined if there is one; else the first operation whose answer no order of those before it explains
 */
export function unexplained<State, Input, Output>(
  history: readonly Operation<Input, Output>[],
  model: Model<State, Input, Output>,
): Operation<Input, Output> | undefined {
  const head = eventsOf(history);
  const tried = new Set<string>();
  const placed: { call: Event; before: State }[] = [];
  let done = 0n;
  let state = model.initial;
  let furthest: Event | undefined;
  for (let event = head.next; event !== undefined; ) {
    if (event.isCall) {
      const { input, output } = history[event.operation] as Operation<Input, Output>;
      const after = model.apply(state, input);
      const doneAfter = done | (1n << BigInt(event.operation));
      const key = `${doneAfter.toString(36)} ${model.keyOf(after.state)}`;
      if ((output === undefined || model.isSame(output, after.output)) && !tried.has(key)) {
        tried.add(key);
        placed.push({ call: event, before: state });
        done = doneAfter;
        state = after.state;
        take(event);
        event = head.next;
      } else event = event.next;
      continue;
    }
    // It was answered before any operation that is left could begin, and cannot be placed here: another order is needed.
    if (furthest === undefined || endOf(history, event) > endOf(history, furthest)) furthest = event;
    const last = placed.pop();
    if (last === undefined) return history[furthest.operation];
    done &= ~(1n << BigInt(last.call.operation));
    state = last.before;
    putBack(last.call);
    event = last.call.next;
  }
  return undefined;
}

function endOf(history: readonly { end: number }[], event: Event): number {
  return history[event.operation]?.end ?? Number.POSITIVE_INFINITY;
}

/** Before the first event. */
function eventsOf(history: readonly { start: number; end: number }[]): Event {
  const moments = history.flatMap(({ start, end }, operation) => {
    const answer: Event = { operation, isCall: false, previous: undefined, next: undefined, answer: undefined };
    return [
      { at: start, event: { ...answer, isCall: true, answer } },
      { at: end, event: answer },
    ];
  });
  // Of those without an answer, all end after everything else.
  moments.sort((p, q) => (p.at === q.at ? 0 : p.at - q.at));
  const head: Event = { operation: -1, isCall: true, previous: undefined, next: undefined, answer: undefined };
  let last = head;
  for (const { event } of moments) {
    event.previous = last;
    last.next = event;
    last = event;
  }
  return head;
}

/** Takes a call and its answer out of the list. */
function take(call: Event): void {
  for (const event of [call, call.answer as Event]) {
    if (event.previous) event.previous.next = event.next;
    if (event.next) event.next.previous = event.previous;
  }
}

/** The reverse of `take`, in the reverse order. */
function putBack(call: Event): void {
  for (const event of [call.answer as Event, call]) {
    if (event.previous) event.previous.next = event;
    if (event.next) event.next.previous = event;
  }
}
