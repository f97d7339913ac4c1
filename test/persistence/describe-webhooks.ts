import { describe, expect, test } from 'vitest';
import type { Store } from '../../src/persistence/store.js';
import { eventTypes } from '../../src/persistence/webhooks/webhook-store.js';
import { RandomVectors } from '../vector-index/random-vectors.js';

const staff = { tenant: 'acmé', collection: 'staff\0' };
const target = { url: 'https://example.com/hook?token=a', secret: 'whsec_1', events: eventTypes };
const minutes = (n: number) => new Date(Date.now() + n * 60_000);

/** What every store does with webhooks and their outbox. @param open gives an empty store, closed when the test ends */
export function describeWebhooks(open: () => Promise<Store>): void {
  describe('webhooks', () => {
    const face = () => ({ embedding: new RandomVectors(3).unit(512), model: 'm1' });

    /** What is due for a webhook, as type and data. */
    const due = async ({ webhooks }: Store, webhookId: number) =>
      (await webhooks.claim(webhookId, new Date(), minutes(3), 100)).map(({ type, data }) => ({ type, ...data }));

    test('a change of people puts its events into the outbox of its tenant', async () => {
      const store = await open();
      const id = await store.webhooks.add(staff.tenant, target);
      const other = await store.webhooks.add('globex', target);
      await store.saveUser(staff, { id: 'a1', name: 'An' });
      const stored = await store.addFace(staff, 'a1', face());
      await store.addUserWithFace(staff, { id: 'new', name: '' }, face());
      await store.deleteFace(staff, 'a1', stored?.faceId ?? 0);
      await store.deleteFaces(staff, 'a1');
      await store.deleteUser(staff, 'a1');
      await store.deleteAutoCreatedBefore(minutes(1), staff, 'new');
      await store.deleteCollection(staff);
      const { collection } = staff;
      expect(await due(store, id)).toEqual([
        { type: 'enrolled', collection, id: 'a1', new: false },
        { type: 'enrolled', collection, id: 'new', new: true },
        { type: 'deleted', collection, what: 'face', id: 'a1', face: stored?.faceId },
        { type: 'deleted', collection, what: 'faces', id: 'a1' },
        { type: 'deleted', collection, what: 'user', id: 'a1' },
        { type: 'deleted', collection, what: 'user', id: 'new', retention: true },
        { type: 'deleted', collection, what: 'collection' },
      ]);
      expect(await due(store, other)).toEqual([]);
    });

    test('what did not happen is not told', async () => {
      const store = await open();
      const id = await store.webhooks.add(staff.tenant, target);
      expect(await store.addFace(staff, 'nobody', face())).toBeUndefined();
      expect(await store.deleteUser(staff, 'nobody')).toBeUndefined();
      expect(await store.deleteCollection(staff)).toBeUndefined();
      await store.saveUser(staff, { id: 'a1', name: 'An' });
      // Half a face: the transaction fails, and its event goes with it.
      await expect(store.addFace(staff, 'a1', { ...face(), embedding: new Float32Array(3) })).rejects.toThrow();
      expect(await due(store, id)).toEqual([]);
    });

    test('an event goes to each webhook that listens to it, as one event', async () => {
      const { webhooks } = await open();
      const all = await webhooks.add('acme', target);
      const matches = await webhooks.add('acme', { ...target, events: ['match'] });
      const deleted = await webhooks.add('acme', { ...target, events: ['deleted'] });
      await webhooks.publish({ tenant: 'acme', type: 'match', data: { id: 'a1', similarity: 0.9 } });
      expect(await webhooks.dueWebhooks(new Date())).toEqual(expect.arrayContaining([all, matches]));
      expect(await webhooks.dueWebhooks(new Date())).not.toContain(deleted);
      const claim = async (id: number) => (await webhooks.claim(id, new Date(), minutes(3), 10))[0];
      const [first, second] = [await claim(all), await claim(matches)];
      expect(first).toMatchObject({ ...{ url: target.url, secret: target.secret }, tenant: 'acme', attempts: 0 });
      expect(first?.eventId).toMatch(/^[\da-f-]{36}$/);
      expect(second?.eventId).toBe(first?.eventId);
    });

    test('a claim holds until its time, and a failure counts', async () => {
      const { webhooks } = await open();
      const id = await webhooks.add('acme', target);
      for (const n of [1, 2]) await webhooks.publish({ tenant: 'acme', type: 'match', data: { n } });
      const claim = (now: Date) => webhooks.claim(id, now, minutes(3), 10);
      const [first, second] = await claim(new Date());
      expect(await claim(new Date())).toEqual([]);
      // The server that claimed them is gone.
      expect(await claim(minutes(4))).toHaveLength(2);
      await webhooks.delivered(first?.deliveryId ?? 0);
      await webhooks.failed(second?.deliveryId ?? 0, 'HTTP 500', minutes(10));
      expect(await claim(minutes(5))).toEqual([]);
      expect(await claim(minutes(11))).toMatchObject([{ attempts: 1, data: { n: 2 } }]);
      await webhooks.release([second?.deliveryId ?? 0], new Date());
      expect(await claim(new Date())).toMatchObject([{ attempts: 1 }]);
    });

    test('what was given up is kept, shown, tried again and erased in the end', async () => {
      const { webhooks } = await open();
      const id = await webhooks.add('acme', target);
      await webhooks.publish({ tenant: 'acme', type: 'match', data: {} });
      const [delivery] = await webhooks.claim(id, new Date(), minutes(3), 10);
      await webhooks.failed(delivery?.deliveryId ?? 0, 'HTTP 500', undefined);
      expect(await webhooks.dueWebhooks(minutes(10_000))).toEqual([]);
      expect(await webhooks.deadLetters('acme', 10)).toMatchObject([
        { webhookId: id, type: 'match', attempts: 1, error: 'HTTP 500', happenedAt: delivery?.happenedAt },
      ]);
      expect(await webhooks.deadLetters('globex', 10)).toEqual([]);
      expect(await webhooks.list('acme')).toMatchObject([{ waiting: 0, dead: 1 }]);
      expect(await webhooks.backlog()).toEqual({ waiting: 0, dead: 1 });
      expect(await webhooks.retry('globex', id)).toBeUndefined();
      expect(await webhooks.retry('acme', id)).toBe(1);
      expect(await webhooks.backlog()).toEqual({ waiting: 1, dead: 0 });
      const [again] = await webhooks.claim(id, new Date(), minutes(3), 10);
      await webhooks.failed(again?.deliveryId ?? 0, 'HTTP 500', undefined);
      await webhooks.prune(new Date(0));
      expect(await webhooks.backlog()).toEqual({ waiting: 0, dead: 1 });
      await webhooks.prune(minutes(1));
      expect(await webhooks.backlog()).toEqual({ waiting: 0, dead: 0 });
    });

    test('a webhook is listed and removed by its own tenant only, with what is on its way', async () => {
      const { webhooks } = await open();
      const id = await webhooks.add('acme', { ...target, events: ['deleted', 'match'] });
      await webhooks.publish({ tenant: 'acme', type: 'match', data: {} });
      expect(await webhooks.list('acme')).toEqual([
        {
          webhookId: id,
          url: target.url,
          events: ['match', 'deleted'],
          createdAt: expect.any(Date),
          waiting: 1,
          dead: 0,
        },
      ]);
      expect(await webhooks.listeners()).toEqual([
        { tenant: 'acme', webhookId: id, url: target.url, events: ['match', 'deleted'] },
      ]);
      expect(await webhooks.list('globex')).toEqual([]);
      expect(await webhooks.remove('globex', id)).toBe(false);
      expect(await webhooks.remove('acme', id)).toBe(true);
      expect(await webhooks.remove('acme', id)).toBe(false);
      expect(await webhooks.backlog()).toEqual({ waiting: 0, dead: 0 });
    });
  });
}
