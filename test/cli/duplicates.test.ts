import { expect, it } from 'vitest';
import { openGallery } from '../gallery/gallery-fixture.js';
import { runCommand } from '../support/command.js';
import { listeningFakeApp, testKey } from '../support/fake-app.js';
import { FakeWebhooks } from '../support/fake-webhooks.js';
import { FakeAnalyser, faceOf } from '../support/fakes.js';

it('facesearch duplicates lists the pairs that a running server finds', async () => {
  const opened = await openGallery();
  const services = { ...opened, analyser: new FakeAnalyser(), model: 'm1', webhooks: new FakeWebhooks() };
  const { target } = await listeningFakeApp({}, { services: () => services });
  const staff = { tenant: 'acme', collection: 'staff' };
  for (const [id, cosine] of [
    ['a1', 1],
    ['a2', 0.99],
    ['b1', 0],
  ] as const) {
    await opened.gallery.saveUser(staff, { id, name: `Name, ${id}` });
    await opened.gallery.addFace(staff, id, faceOf(cosine));
  }
  const run = (...options: string[]) =>
    runCommand('duplicates', '/nowhere', ['--url', `http://127.0.0.1:${target.port}`, ...options], {
      env: { FACESEARCH_KEY: testKey },
    });
  const header = '\ufeffsimilarity,id,name,faces,other_id,other_name,other_faces\r\n';
  expect(await run('--collection', 'staff', '--last')).toMatchObject({ code: 0, stdout: header });
  const { code, stdout } = await run('--collection', 'staff');
  expect([code, stdout]).toEqual([0, `${header}0.9900,a1,"Name, a1",1,a2,"Name, a2",1\r\n`]);
  expect(await run('--collection', 'nowhere')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Collection not found (404, collection-not-found)'),
  });
  expect(await run('--least', '2')).toMatchObject({ code: 2 });
});
