import { expect, it, vi } from 'vitest';
import { fakeApp } from '../../support/fake-app.js';
import { faceOf } from '../../support/fakes.js';
import { field, file } from '../../support/multipart.js';

const staff = field('collection', 'staff');
const id = field('id', 'u1');
const vector = field('vector', JSON.stringify([...faceOf(1)]));

async function appWithPerson() {
  const fake = await fakeApp();
  await fake.post('/create', staff, id, field('name', 'Mai'));
  await fake.post('/add', staff, id, file('cos:1'));
  return fake;
}

it('tells whom a search found, and that it found nobody', async () => {
  const { post, webhooks } = await appWithPerson();
  await post('/search', staff, file('cos:1'));
  await post('/search_vector', staff, vector);
  await post('/search_no_crop', staff, file('cos:1'));
  await post('/search', staff, file('cos:0.5'));
  await post('/search', staff, file('cos:0.8'), field('lower_threshold', '0.7'));
  const found = { collection: 'staff', id: 'u1', name: 'Mai' };
  const match = { tenant: 'acme', type: 'match', data: { ...found, similarity: expect.closeTo(1, 5) } };
  expect(webhooks.published).toEqual([
    match,
    match,
    match,
    { tenant: 'acme', type: 'no_match', data: { collection: 'staff' } },
    {
      tenant: 'acme',
      type: 'no_match',
      data: { collection: 'staff', near: { id: 'u1', name: 'Mai', similarity: expect.closeTo(0.8, 5) } },
    },
  ]);
});

it('tells which photos were refused, and why', async () => {
  const { post, webhooks } = await appWithPerson();
  await post('/search', staff, file('none'));
  await post('/add', staff, id, file('card'));
  await post('/extract_from_fm', file('broken'));
  const refused = (data: object) => ({ tenant: 'acme', type: 'refused', data });
  expect(webhooks.published).toEqual([
    refused({ collection: 'staff', endpoint: 'search', code: '407', reason: 'no-face' }),
    refused({ collection: 'staff', endpoint: 'add', code: '410', reason: 'id-card', id: 'u1' }),
    refused({ collection: '', endpoint: 'extract_from_fm', code: '400', reason: 'image-format' }),
  ]);
});

it('tells nothing of what is neither, and of nobody without a key', async () => {
  const { post, get, target, webhooks } = await appWithPerson();
  await post('/extract_from_fm', file('cos:1'));
  await get('/list?collection=staff');
  await post('/search', staff);
  await post('/search', staff, file('busy'));
  await post('/search', staff, file('crash'));
  await post('/search', staff, file('cos:0.1'), field('create', 'true'));
  await target.send({ method: 'POST', path: '/search', headers: { api_key: 'wrong' } });
  expect(webhooks.published).toEqual([]);
});

it('answers a search also when the outbox cannot be written', async () => {
  const { post, webhooks, lines } = await appWithPerson();
  vi.spyOn(webhooks, 'publish').mockRejectedValue(new Error('the disk is full'));
  expect((await post('/search', staff, file('cos:1'))).json.code).toBe('200');
  expect(lines.join('')).toContain('an event of a search is lost');
});
