import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { Target } from '../support/target.js';
import { RandomVectors } from '../vector-index/random-vectors.js';
import { Histories, HistoryClient } from './history-client.js';
import { unexplained } from './linearizability.js';
import { PostgresServer } from './postgres-server.js';
import { roamingCalls } from './roaming-calls.js';
import { ServerNodes } from './server-nodes.js';
import { userModel } from './user-model.js';

const SEED = Number(process.env.FAULT_SEED ?? 20_261_124);
const KEY = 'key-of-acme';
const CLIENTS = 12;
const USERS = ['An', 'Bình', 'Chi', 'Dũng'];
/** Of each client. */
const CALLS = 200;

async function threeNodes(env: Record<string, string> = {}) {
  const postgres = await PostgresServer.start();
  onTestFinished(() => postgres.remove());
  const nodes = await ServerNodes.start(postgres.url, 3, { API_KEYS: `acme:${KEY}`, ...env });
  await nodes.ready();
  return { postgres, nodes };
}

/** Twelve clients over all nodes and few users, so that calls for the same user are always under way on several nodes. */
function clientsOf(nodes: ServerNodes, histories: Histories): HistoryClient[] {
  return Array.from({ length: CLIENTS }, (_, i) => {
    const random = new RandomVectors(SEED + 100 + i);
    const choose = (): Target | undefined => nodes.targets[Math.floor(random.next() * nodes.targets.length)];
    return new HistoryClient(histories, roamingCalls(choose, KEY), SEED + i);
  });
}

async function run(clients: readonly HistoryClient[], calls: number): Promise<void> {
  await Promise.all(
    clients.map(async (each) => {
      for (let i = 0; i < calls; i++) await each.step();
    }),
  );
}

function expectOneOrder(histories: Histories): void {
  for (const [id, history] of histories.ofUser) {
    const wrong = unexplained(history, userModel);
    const around = history
      .filter(({ start, end }) => wrong && end >= wrong.start - 20 && start <= wrong.end)
      .map((each) => JSON.stringify(each));
    expect(wrong, `no order explains this answer for ${id}; seed ${SEED}; around it:\n${around.join('\n')}`).toBe(
      undefined,
    );
  }
}

test('the replies of three nodes about each user have one order, and no request is refused', async () => {
  const { nodes } = await threeNodes();
  const histories = new Histories(USERS);
  const clients = clientsOf(nodes, histories);
  await run(clients, CALLS);
  for (const { troubles } of clients) expect(troubles).toBe(0);
  for (const history of histories.ofUser.values()) {
    const answers = history.map(({ output }) => output);
    for (const output of ['done', 'unknown', { found: undefined }, { found: expect.any(String) }])
      expect(answers).toContainEqual(output);
  }
  expectOneOrder(histories);
});

test('the replies about each user have one order while a node is killed, another stands still, and the database is killed', async () => {
  // Shorter than the pause: the database gives up a node that stands still within a change.
  const { postgres, nodes } = await threeNodes({ DATABASE_TIMEOUT: '2000' });
  const histories = new Histories(USERS);
  const clients = clientsOf(nodes, histories);
  let isOver = false;
  const running = Promise.all(
    clients.map(async (each) => {
      while (!isOver) {
        const { troubles } = each;
        await each.step();
        // A client whose call failed waits, as a good one does.
        if (each.troubles > troubles) await delay(200);
      }
    }),
  );
  const disasters = (async () => {
    await delay(1000);
    await nodes.kill(0);
    await delay(500);
    nodes.pause(1);
    await delay(4000);
    nodes.resume(1);
    await nodes.restart(0);
    await delay(500);
    await postgres.kill();
    await postgres.start();
    await delay(1000);
  })();
  await Promise.race([running, disasters]);
  isOver = true;
  await Promise.all([running, disasters]);
  expect(clients.reduce((sum, { troubles }) => sum + troubles, 0)).toBeGreaterThan(0);
  // What every node says in the end belongs to the history.
  for (const target of await nodes.ready())
    await run(
      [
        new HistoryClient(
          histories,
          roamingCalls(() => target, KEY),
          1,
        ),
      ],
      20,
    );
  expectOneOrder(histories);
});
