import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Server } from '../../src/server.js';
import { chromiumPath, startBrowser } from '../support/browser.js';
import { field, file } from '../support/multipart.js';
import { photo } from '../support/photos.js';
import { realServer } from '../support/real-server.js';
import { client, socketTarget, type Target } from '../support/target.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const hostile = '<img src=x onerror="document.title=\'broken\'">';
const jpeg = (name: string, buffer = photo(name)) => ({ name, mimeType: 'image/jpeg', buffer });

describe.skipIf(!chromiumPath)('the console in Chromium (skipped without Chromium)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'facesearch-console-'));
  let server: Server & { key: string };
  let target: Target & { port: number };
  let browser: Browser;
  let page: Page;
  let problems: string[];

  beforeAll(async () => {
    server = await realServer();
    target = await socketTarget(server.app);
    // An MJPEG film is JPEGs one after the other.
    const frame = await sharp(photo('franck_02888.jpg')).resize(720, 576).jpeg().toBuffer();
    writeFileSync(join(folder, 'webcam.mjpeg'), Buffer.concat([frame, frame]));
    browser = await startBrowser(join(folder, 'webcam.mjpeg'));
    const { post } = client(target, server.key);
    for (const [id, name, source] of [
      ['franck', hostile, 'franck_01829.jpg'],
      ['audrey', 'Audrey', 'audrey.jpg'],
    ] as const) {
      await post('/create', field('id', id), field('name', name));
      await post('/add', field('id', id), file(photo(source)));
    }
  });

  afterAll(async () => {
    await browser.close();
    await target.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1200, height: 900 } });
    onTestFinished(() => context.close());
    page = await context.newPage();
    problems = [];
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    page.on('request', (request) => {
      if (!/^(blob:)?http:\/\/127\.0\.0\.1:/.test(request.url())) problems.push(`asked for ${request.url()}`);
    });
    await page.goto(`http://127.0.0.1:${target.port}/console`);
    onTestFinished(() => expect(problems).toEqual([]));
  });

  async function logIn(where: string) {
    await page.getByLabel('API key').fill(server.key);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('link', { name: where }).click();
    await page.getByRole('heading', { level: 1, name: where }).waitFor();
  }

  it('asks for a key, says when it is wrong, and keeps it nowhere', async () => {
    await page.getByLabel('API key').fill('wrong');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('The server does not know this key.').waitFor();
    await logIn('Collections');
    await page.getByRole('row', { name: /default collection/ }).waitFor();
    expect(await page.evaluate('JSON.stringify([localStorage, sessionStorage, document.cookie])')).toBe('[{},{},""]');
    await page.reload();
    await page.getByLabel('API key').waitFor();
    // The refused log-in is an error of the network, not of the page.
    problems = problems.filter((text) => !text.includes('401'));
  });

  it('shows people to the letter, finds, renames and deletes them', async () => {
    await logIn('People');
    await page.getByText(hostile).waitFor();
    expect(await page.title()).toBe('People – FaceSearch console');
    await page.getByLabel('Search by id or name').fill('AUD');
    await page.getByText('1 found').waitFor();
    await page.getByRole('button', { name: 'Rename audrey' }).click();
    await page.getByLabel('Rename audrey').last().fill('Audrey H.');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('cell', { name: 'Audrey H.' }).waitFor();

    const { post, get } = client(target, server.key);
    await post('/add_vector', field('id', 'audrey'), field('vector', JSON.stringify(Array(512).fill(0.5))));
    await page.reload();
    await logIn('People');
    await page.getByRole('button', { name: 'Faces of audrey: 2' }).click();
    await page
      .getByRole('button', { name: /^Delete face/ })
      .last()
      .click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Faces of audrey: 1' }).waitFor();

    await post('/create', field('id', 'leaver'), field('name', 'Leaver'));
    await page.getByLabel('Search by id or name').fill('leaver');
    await page.getByText('1 found').waitFor();
    await page.getByRole('button', { name: 'Delete leaver' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Nobody found.').waitFor();
    expect((await get('/list')).text).not.toContain('leaver');
  });

  it('enrols several photos, and says in words why it refuses one', async () => {
    await logIn('Enrol');
    await page.getByLabel('Collection').fill('new ones');
    await page.getByLabel('Each photo shows another person').check();
    const close = await sharp(photo('franck_01829.jpg')).extract({ left: 150, top: 100, width: 420, height: 380 });
    const closer = await close.resize(800, 724).jpeg().toBuffer();
    const files = [jpeg('franck_02221.jpg'), jpeg('audrey.jpg'), jpeg('sample6.jpg'), jpeg('close.jpg', closer)];
    await page.locator('input[type=file]').setInputFiles(files);
    await page.getByText('4 of 4 photos done').waitFor();
    await page.getByText('enrolled as franck_02221').waitFor();
    await page.getByText('refused: There are several faces.').waitFor();
    await page.getByText('refused: The face is too close or cut off.').waitFor();
    const { get } = client(target, server.key);
    expect((await get('/list?collection=new+ones')).text).toContain('franck_02221');
  });

  it('leaves nobody behind whose first photo was refused, and enrols by webcam', async () => {
    await logIn('Enrol');
    await page.getByLabel('Id', { exact: true }).fill('by webcam');
    await page.locator('input[type=file]').setInputFiles(jpeg('sample6.jpg'));
    await page.getByText('refused: There are several faces.').waitFor();
    const { get } = client(target, server.key);
    expect((await get('/list')).text).not.toContain('by webcam');
    await page.getByRole('button', { name: 'Webcam' }).click();
    await page.getByRole('button', { name: 'Take the picture' }).click();
    await page.getByText('1 taken').waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByText('enrolled as by webcam').waitFor();
    expect((await get('/list')).text).toContain('by webcam');
    await client(target, server.key).delete('/delete', field('id', 'by webcam'));
  });

  it('searches by photo and by webcam, and shows what it saw', async () => {
    await logIn('Search');
    await page.locator('input[type=file]').setInputFiles(jpeg('franck_02045.jpg'));
    await page.getByText('A search takes this photo.').waitFor();
    const first = page.locator('ol.candidates li').first();
    expect(await first.innerText()).toContain(hostile);
    expect(await first.innerText()).toContain('match');
    expect(await page.locator('.marks .box.good').count()).toBe(1);
    expect(await page.locator('.marks .landmark').count()).toBe(68);
    expect(await page.getByRole('definition').allInnerTexts()).toMatchObject({ length: 3 });
    expect(await page.content()).not.toContain('[object');
    expect(await page.getByRole('row', { name: /No mask/ }).innerText()).toContain('passed');

    await page.getByRole('button', { name: 'Webcam' }).click();
    await page.getByRole('button', { name: 'Take the picture' }).click();
    await page.getByText('A search takes this photo.').waitFor();
    expect(await page.locator('ol.candidates li').first().innerText()).toContain('match');

    await page.locator('input[type=file]').setInputFiles(jpeg('sample6.jpg'));
    await page.getByText('A search refuses this photo: There are several faces.').waitFor();
  });

  it('takes photos that are dropped and pasted', async () => {
    await logIn('Search');
    const base64 = photo('audrey.jpg').toString('base64');
    const give = (type: string, on: string) =>
      page.evaluate(`(() => {
        const bytes = Uint8Array.from(atob('${base64}'), (letter) => letter.charCodeAt(0));
        const data = new DataTransfer();
        data.items.add(new File([bytes], 'audrey.jpg', { type: 'image/jpeg' }));
        const Kind = '${type}' === 'drop' ? DragEvent : ClipboardEvent;
        const event = new Kind('${type}', { bubbles: true, dataTransfer: data, clipboardData: data });
        document.querySelector('${on}').dispatchEvent(event);
      })()`);
    for (const [type, on] of [
      ['drop', '.drop'],
      ['paste', 'main'],
    ] as const) {
      await page.getByRole('link', { name: 'Health' }).click();
      await page.getByRole('link', { name: 'Search' }).click();
      await page.locator('.drop').waitFor();
      await give(type, on);
      await page.locator('ol.candidates li').first().waitFor();
    }
  });

  it('tries a call, and shows it as curl', async () => {
    await logIn('Try the calls');
    await page.getByLabel('Call', { exact: true }).selectOption({ label: 'GET /list' });
    await page.getByLabel('collection').fill('nobody here');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('{"data":[],"code":"200"}').waitFor();
    const curl = await page.getByLabel('The same with curl').innerText();
    expect(curl).toMatch(/^curl -H "api_key: \$KEY" 'http:.*\/v4\/list\?collection=nobody\+here'$/);
    expect(await page.content()).not.toContain(server.key);
  });

  it('shows that the server is ready', async () => {
    await logIn('Health');
    await page.getByText('✓ Ready').waitFor();
    await page.getByText('mobilefacenet', { exact: false }).waitFor();
    const chart = (title: string) =>
      page.locator('.charts section').filter({ has: page.getByRole('heading', { name: title }) });
    await chart('Photos that wait for one of').locator('p', { hasText: 'now 0, most 0' }).waitFor();
    const { post } = client(target, server.key);
    await post('/search', file(photo('sample6.jpg')));
    // What the first look counted was there before; this one is new.
    await chart('Refusals by reason').locator('svg rect').first().waitFor();
    await chart('Calls per second by code').locator('li', { hasText: '407: ' }).waitFor();
    await chart('Faces')
      .locator('p', { hasText: /now \d/ })
      .waitFor();
  });

  it('speaks Vietnamese, and remembers it', async () => {
    await page.getByLabel('Language').selectOption('vi');
    await page.getByLabel('Khoá API').waitFor();
    expect(await page.evaluate('document.documentElement.lang')).toBe('vi');
    await page.reload();
    await page.getByLabel('Khoá API').fill(server.key);
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Tìm kiếm' }).click();
    const small = await sharp(photo('audrey.jpg')).resize(100, 100).jpeg().toBuffer();
    await page.locator('input[type=file]').setInputFiles(jpeg('small.jpg', small));
    await page.getByText('Ảnh quá nhỏ (100x100 điểm ảnh): cần ít nhất 640x480. (The image is 100x100 pixels').waitFor();
  });

  it('shows every call in the viewer at /docs, which loads nothing from elsewhere either', async () => {
    await page.goto(`http://127.0.0.1:${target.port}/docs`);
    await page.getByText('/vision/ekyc/facesearch/v4/search', { exact: true }).waitFor();
    await page.getByText('What does the server see in a photo?').click();
    await page.getByRole('button', { name: 'Execute' }).waitFor();
    await page.getByText('Authorize', { exact: true }).click();
    await page.getByText('Name: api_key').waitFor();
  });

  it('enrols by webcam with the keyboard alone', async () => {
    const focus = () =>
      page.evaluate('document.activeElement.labels?.[0]?.textContent ?? document.activeElement.textContent');
    const tabTo = async (name: string) => {
      for (let presses = 0; presses < 40 && (await focus()) !== name; presses++) await page.keyboard.press('Tab');
      expect(await focus()).toBe(name);
    };
    await page.keyboard.type(server.key);
    await page.keyboard.press('Enter');
    await page.getByRole('row', { name: /default collection/ }).waitFor();
    await tabTo('Enrol');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Enrol' }).waitFor();
    await tabTo('Id');
    await page.keyboard.type('typed');
    await tabTo('Webcam');
    await page.keyboard.press('Enter');
    await expect.poll(focus).toBe('Take the picture');
    await page.keyboard.press('Enter');
    await page.getByText('1 taken').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('enrolled as typed').waitFor();
    await expect.poll(focus).toBe('Webcam');
    await client(target, server.key).delete('/delete', field('id', 'typed'));
  });

  it.each(['light', 'dark'] as const)(
    'has no serious fault that axe knows of, in its %s colours',
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme });
      expect(await seriousFaults()).toEqual([]);
      for (const where of ['Collections', 'People', 'Enrol', 'Search', 'Try the calls', 'Health']) {
        if (where === 'Collections') await logIn(where);
        else await page.getByRole('link', { name: where }).click();
        await page.getByRole('heading', { level: 1, name: where }).waitFor();
        if (where === 'People') await page.getByRole('button', { name: /^Faces of franck/ }).click();
        if (where === 'Search') {
          await page.locator('input[type=file]').setInputFiles(jpeg('franck_02045.jpg'));
          await page.locator('ol.candidates li').first().waitFor();
        }
        if (where === 'Health') await page.locator('.charts svg').first().waitFor();
        expect(await seriousFaults(), where).toEqual([]);
      }
    },
  );

  async function seriousFaults(): Promise<string[]> {
    await page.evaluate(axe);
    return page.evaluate(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html)))`);
  }

  it('can be used by the keyboard, every control with a name', async () => {
    await page.getByLabel('API key').pressSequentially(server.key);
    await page.keyboard.press('Enter');
    await page.getByRole('row', { name: /default collection/ }).waitFor();
    for (const where of ['Collections', 'People', 'Enrol', 'Search', 'Try the calls', 'Health']) {
      await page.getByRole('link', { name: where }).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: where }).waitFor();
      // The heading of the page before may have the same name.
      await expect.poll(() => page.evaluate('document.activeElement.tagName')).toBe('H1');
      const nameless = await page.evaluate(`[...document.querySelectorAll('button, input, select, textarea, a')]
        .filter((one) => !one.labels?.length && !one.getAttribute('aria-label') && !one.textContent.trim())
        .map((one) => one.outerHTML)`);
      expect(nameless).toEqual([]);
    }
  });
});
