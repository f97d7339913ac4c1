import { describe, expect, it } from 'vitest';
import { chromiumPath } from '../support/browser.js';
import { field } from '../support/multipart.js';
import { photo } from '../support/photos.js';
import { ConsoleBrowser, jpeg } from './console-browser.js';

describe.skipIf(!chromiumPath)('the console where something goes wrong (skipped without Chromium)', () => {
  const browser = ConsoleBrowser.use();

  it('the console keeps photos that came before the id, and clears everything for the next person', async () => {
    await browser.logIn('Enrol');
    const note = { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no photo') };
    await browser.page.locator('input[type=file]').setInputFiles([jpeg('franck_02221.jpg'), note]);
    await browser.page.getByText('Not sent, since it is no picture: notes.txt.').waitFor();
    await browser.page.getByText('Whose photos are these?').waitFor();
    expect(await browser.focus()).toBe('Id');
    await browser.page.keyboard.type('late');
    await browser.page.keyboard.press('Enter');
    await browser.page.getByText('enrolled as late').waitFor();

    // What became of the photos is still there after a look at another page.
    await browser.page.getByRole('link', { name: 'Show people' }).click();
    await browser.page.getByRole('row', { name: /late/ }).waitFor();
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
    await browser.client.delete('/delete', field('id', 'late'));
  });

  it('the console says how to make a photo of more than 5 MB smaller, without sending it', async () => {
    await browser.logIn('Search');
    const asked: string[] = [];
    browser.page.on('request', (request) => request.method() === 'POST' && asked.push(request.url()));
    const large = Buffer.concat([photo('franck_02045.jpg')], 5 * 1024 * 1024 + 1);
    await browser.page.locator('input[type=file]').setInputFiles(jpeg('large.jpg', large));
    await browser.page.getByText('A search refuses this photo: The photo is larger than 5 MB. Save it').waitFor();
    await browser.page.getByRole('link', { name: 'Enrol', exact: true }).click();
    await browser.page.getByLabel('Id', { exact: true }).fill('large');
    await browser.page.locator('input[type=file]').setInputFiles(jpeg('large.jpg', large));
    await browser.page.getByText('refused: The photo is larger than 5 MB. Save it').waitFor();
    expect(asked).toEqual([]);
  });

  it('the console sends photos again that did not reach the server', async () => {
    await browser.logIn('Enrol');
    await browser.cutOff(true);
    await browser.page.getByLabel('Id', { exact: true }).fill('again');
    await browser.page.locator('input[type=file]').setInputFiles(jpeg('franck_02221.jpg'));
    await browser.page.getByText('not sent: The server does not answer.').waitFor();
    await browser.page.getByText('1 of 1 photos done, 0 refused, 1 not sent').waitFor();
    await browser.cutOff(false);
    await browser.page.getByRole('button', { name: 'Try again' }).click();
    await browser.page.getByText('enrolled as again').waitFor();
    await browser.page.getByText('1 of 1 photos done, 0 refused').waitFor();
    await browser.client.delete('/delete', field('id', 'again'));

    await browser.page.getByRole('link', { name: 'Search' }).click();
    await browser.cutOff(true);
    await browser.page.locator('input[type=file]').setInputFiles(jpeg('franck_02045.jpg'));
    await browser.page.getByText('Nothing was searched: The server does not answer.').waitFor();
    await browser.cutOff(false);
    await browser.page.getByRole('button', { name: 'Try again' }).click();
    await browser.page.getByText('✓ Found: ').waitFor();
  });

  it('the console shows people and health again after the server was away', async () => {
    await browser.logIn('Search');
    await browser.cutOff(true);
    await browser.page.getByRole('link', { name: 'People' }).click();
    await browser.page.getByText('The server does not answer.').waitFor();
    await browser.page.getByRole('link', { name: 'Health' }).click();
    await browser.page.getByText('✗ Does not answer').waitFor();
    await browser.cutOff(false);
    await browser.page.getByText('✓ Ready').waitFor();
    await browser.page.getByText('mobilefacenet', { exact: false }).waitFor();

    await browser.cutOff(true);
    await browser.page.getByRole('link', { name: 'People' }).click();
    await browser.page.getByText('The server does not answer.').waitFor();
    await browser.cutOff(false);
    await browser.page.getByRole('button', { name: 'Try again' }).click();
    await browser.page.getByRole('row', { name: /franck/ }).waitFor();
  });

  it('when the session ends the console asks for a log-in over the page, and goes on where it was', async () => {
    await browser.logIn('Search');
    await browser.page.context().clearCookies();
    await browser.page.getByRole('link', { name: 'People' }).click();
    await browser.page.getByText('Your session has ended').waitFor();
    await browser.page.getByRole('dialog').getByLabel('API key').fill('wrong');
    await browser.page.keyboard.press('Enter');
    await browser.page.getByText('The server does not know this key.').waitFor();
    await browser.page.getByRole('dialog').getByLabel('API key').fill(browser.server.key);
    await browser.page.keyboard.press('Enter');
    await browser.page.getByRole('row', { name: /franck/ }).waitFor();
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
      'Compare',
      'Try the API',
      'Health',
    ]);
    await browser.page.getByLabel('Collection').fill('elsewhere');
    await browser.page.locator('input[type=file]').setInputFiles(jpeg('franck_02045.jpg'));
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
    const button = await browser.page.getByRole('button', { name: /^Delete id-x/ }).boundingBox();
    expect((button?.x ?? width) + (button?.width ?? 0)).toBeLessThan(width);
    await browser.page.getByRole('link', { name: 'Enrol', exact: true }).click();
    await browser.page.getByLabel('Id', { exact: true }).fill(id);
    await browser.page.locator('input[type=file]').setInputFiles(jpeg('franck_02221.jpg'));
    await browser.page.getByText('enrolled as id-x').waitFor();
    expect(await browser.page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
  });
});
