import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { chromiumPath } from '../support/browser.js';
import { field } from '../support/multipart.js';
import { photo } from '../support/photos.js';
import { ConsoleBrowser, jpeg } from './console-browser.js';

describe.skipIf(!chromiumPath)('the console where something goes wrong (skipped without Chromium)', () => {
  const browser = ConsoleBrowser.use();

  it('the console keeps photos that came before the id, and clears everything for the next person', async () => {
    await browser.logIn('Enrol');
    await browser.page.getByLabel('Collection').fill('late ones');
    const note = { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no photo') };
    await browser.page.locator('.drop input[type=file]').setInputFiles([jpeg('franck_02221.jpg'), note]);
    await browser.page.getByText('Not sent, since it is no picture: notes.txt.').waitFor();
    await browser.page.getByText('Whose photos are these?').waitFor();
    expect(await browser.focus()).toBe('Id');
    await browser.page.keyboard.type('late');
    await browser.page.keyboard.press('Enter');
    await browser.page.getByText('enrolled as late').waitFor();

    // What became of the photos is still there after a look at another page.
    await browser.page.getByRole('link', { name: 'Show people' }).click();
    await browser.page.getByRole('link', { name: /late/ }).waitFor();
    await browser.page.getByRole('link', { name: 'Enrol', exact: true }).click();
    await browser.page.getByText('enrolled as late').waitFor();
    await browser.page.getByRole('button', { name: 'Next person' }).click();
    expect(await browser.focus()).toBe('Id');
    await browser.page.keyboard.type('late');
    await browser.page.keyboard.press('Tab');
    await browser.page.getByText('late exists already (faces: 1)').waitFor();
    await browser.page.getByLabel('Id', { exact: true }).fill('');
    await browser.page.keyboard.press('Tab');
    await browser.page.getByText('late exists').waitFor({ state: 'hidden' });
    expect(await browser.page.getByLabel('Id', { exact: true }).inputValue()).toBe('');
    expect(await browser.page.getByText('enrolled as late').count()).toBe(0);
    await browser.client.delete('/delete_collection', field('collection', 'late ones'));
  });

  it('the console makes a photo of more than 5 MB smaller, converts WebP, and says that it cannot read HEIC', async () => {
    await browser.logIn('Search');
    const sent: number[] = [];
    browser.page.on('request', (request) => {
      if (request.url().endsWith('/analyse')) sent.push(request.postDataBuffer()?.length ?? 0);
    });
    const input = browser.page.locator('.drop input[type=file]');
    const found = browser.page.locator('.verdict.good').getByText('Id franck');
    const large = Buffer.concat([photo('franck_02045.jpg')], 5 * 1024 * 1024 + 1);
    await input.setInputFiles(jpeg('large.jpg', large));
    await found.waitFor();
    const heic = { name: 'IMG_1.HEIC', mimeType: '', buffer: Buffer.from('\0\0\0 ftypheic') };
    await input.setInputFiles(heic);
    await browser.page.locator('.verdict.bad').getByText('This browser cannot read HEIC photos.').waitFor();
    const webp = await sharp(photo('franck_02045.jpg')).webp().toBuffer();
    await input.setInputFiles({ name: 'franck.webp', mimeType: 'image/webp', buffer: webp });
    await found.waitFor();
    expect(sent).toHaveLength(2);
    expect(Math.max(...sent)).toBeLessThan(5 * 1024 * 1024);
  });

  it('the console sends photos again that did not reach the server', async () => {
    await browser.logIn('Enrol');
    await browser.page.getByLabel('Collection').fill('again');
    await browser.cutOff(true);
    await browser.page.getByLabel('Id', { exact: true }).fill('again');
    await browser.page.locator('.drop input[type=file]').setInputFiles(jpeg('franck_02221.jpg'));
    await browser.page.getByText('not sent: The server does not answer.').waitFor();
    await browser.page.getByText('1 of 1 photos done, 0 refused, 1 not sent').waitFor();
    await browser.cutOff(false);
    await browser.page.getByRole('button', { name: 'Try again' }).click();
    await browser.page.getByText('enrolled as again').waitFor();
    await browser.page.getByText('1 of 1 photos done, 0 refused').waitFor();
    await browser.client.delete('/delete_collection', field('collection', 'again'));

    await browser.page.getByRole('link', { name: 'Search' }).click();
    await browser.page.getByLabel('Collection').selectOption('');
    await browser.cutOff(true);
    await browser.page.locator('.drop input[type=file]').setInputFiles(jpeg('franck_02045.jpg'));
    await browser.page.locator('.verdict.bad').getByText('The server does not answer.').waitFor();
    await browser.cutOff(false);
    await browser.page.getByRole('button', { name: 'Try again' }).click();
    await browser.page.locator('.verdict.good').getByText('Id franck').waitFor();
  });

  it('the console shows people and health again after the server was away', async () => {
    await browser.logIn('Search');
    await browser.cutOff(true);
    await browser.page.getByRole('link', { name: 'People', exact: true }).click();
    await browser.page.getByText('The server does not answer.').waitFor();
    await browser.page.getByRole('link', { name: 'Health' }).click();
    await browser.page.getByText('✗ Does not answer').waitFor();
    await browser.cutOff(false);
    await browser.page.getByText('✓ Ready').waitFor();
    await browser.page.getByText('mobilefacenet', { exact: false }).waitFor();

    await browser.cutOff(true);
    await browser.page.getByRole('link', { name: 'People', exact: true }).click();
    await browser.page.getByText('The server does not answer.').waitFor();
    await browser.cutOff(false);
    await browser.page.getByRole('button', { name: 'Try again' }).click();
    await browser.page.getByRole('link', { name: /franck/ }).waitFor();
  });

  it('when the session ends the console asks for a log-in over the page, and goes on where it was', async () => {
    await browser.logIn('Search');
    await browser.page.context().clearCookies();
    await browser.page.getByRole('link', { name: 'People', exact: true }).click();
    await browser.page.getByText('Your session has ended').waitFor();
    await browser.page.getByRole('dialog').getByLabel('API key').fill('wrong');
    await browser.page.keyboard.press('Enter');
    await browser.page.getByText('The server does not know this key.').waitFor();
    await browser.page.getByRole('dialog').getByLabel('API key').fill(browser.server.key);
    await browser.page.keyboard.press('Enter');
    await browser.page.getByRole('link', { name: /franck/ }).waitFor();
    browser.problems = browser.problems.filter((text) => !text.includes('401'));
  });

  it('the console shows a read-only key only what it may do', async () => {
    await browser.page.route(/\/admin\/v1\/status/, async (route) => {
      const response = await route.fetch();
      const { data, code } = await response.json();
      await route.fulfill({ response, json: { data: { ...data, readOnly: true, permissions: ['search'] }, code } });
    });
    await browser.logIn('Search');
    expect(await browser.page.getByRole('navigation').getByRole('link').allInnerTexts()).toEqual([
      'Search',
      'Identify',
      'Camera',
      'Compare',
      'My account',
      'Try the API',
      'Health',
    ]);
    await browser.page.getByLabel('Collection').fill('elsewhere');
    await browser.page.locator('.drop input[type=file]').setInputFiles(jpeg('franck_02045.jpg'));
    await browser.page.getByText('The photo is good, but nobody is enrolled in this collection.').waitFor();
    await browser.page.getByRole('link', { name: 'Health' }).click();
    await browser.page.getByText('search', { exact: true }).waitFor();
  });

  it.each([390, 1440])('the console fits a width of %i pixels, even with a long name', async (width) => {
    const id = `id-${'x'.repeat(180)}`;
    await browser.client.post('/create', field('id', id), field('name', 'A'.repeat(300)));
    await browser.page.setViewportSize({ width, height: 844 });
    await browser.logIn('People');
    await browser.page.getByLabel('Search by id or name').fill('id-x');
    await browser.page.getByText('1 found').waitFor();
    await browser.page.getByLabel(/^Select id-x/).check();
    const button = await browser.page.getByRole('button', { name: 'Delete' }).boundingBox();
    expect((button?.x ?? width) + (button?.width ?? 0)).toBeLessThan(width);
    await browser.page.getByRole('link', { name: 'Enrol', exact: true }).click();
    await browser.page.getByLabel('Id', { exact: true }).fill(id);
    await browser.page.getByLabel('Collection').fill(`narrow ${width}`);
    await browser.page.locator('.drop input[type=file]').setInputFiles(jpeg('franck_02221.jpg'));
    await browser.page.getByText('enrolled as id-x').waitFor();
    expect(await browser.page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
  });
});
