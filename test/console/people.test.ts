import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { chromiumPath } from '../support/browser.js';
import { field, file } from '../support/multipart.js';
import { photo } from '../support/photos.js';
import { ConsoleBrowser, hostile, jpeg } from './console-browser.js';

describe.skipIf(!chromiumPath)('people in the console (skipped without Chromium)', () => {
  const browser = ConsoleBrowser.use();

  it('the console shows names exactly as they are, finds, renames and deletes people', async () => {
    await browser.logIn('People');
    await browser.page.getByText(hostile).waitFor();
    expect(await browser.page.title()).toBe('People – FaceSearch console');
    await browser.page.getByLabel('Search by id or name').fill('AUD');
    await browser.page.getByText('1 found').waitFor();
    await browser.page.getByRole('link', { name: /audrey/ }).click();
    await browser.page.getByRole('button', { name: 'Rename' }).click();
    await browser.page.getByLabel('Name', { exact: true }).fill('Audrey H.');
    await browser.page.getByRole('button', { name: 'Save' }).click();
    await browser.page.getByRole('heading', { level: 1, name: 'Audrey H.' }).waitFor();
    await browser.page.getByRole('button', { name: 'Change id' }).click();
    await browser.page.getByLabel('New id').fill('franck');
    await browser.page.getByRole('button', { name: 'Save' }).click();
    await browser.page.getByRole('dialog').getByRole('alert').getByText('There is already a person').waitFor();
    await browser.page.getByLabel('New id').fill('audrey-2');
    await browser.page.getByRole('button', { name: 'Save' }).click();
    await browser.page.getByText('audrey is now audrey-2.').waitFor();

    const { post, get } = browser.client;
    await post('/add_vector', field('id', 'audrey-2'), field('vector', JSON.stringify(Array(512).fill(0.5))));
    await browser.page.reload();
    await browser.page.getByRole('link', { name: 'All people' }).click();
    await browser.page.getByRole('link', { name: 'Audrey H. audrey-2 2 faces' }).click();
    await browser.page
      .getByRole('button', { name: /^Delete face/ })
      .last()
      .click();
    await browser.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await browser.page.getByText('1 face', { exact: true }).waitFor();
    await browser.page.getByRole('link', { name: 'All people' }).click();

    await post('/create', field('id', 'leaver'), field('name', 'Leaver'));
    await browser.page.getByLabel('Search by id or name').fill('leaver');
    await browser.page.getByText('1 found').waitFor();
    const remove = async () => {
      await browser.page.getByLabel('Select leaver').check();
      await browser.page.getByRole('button', { name: 'Delete' }).click();
      await browser.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
      await browser.page.locator('.empty').getByText('Nobody found.').waitFor();
    };
    await remove();
    expect((await get('/list')).text).not.toContain('leaver');
    await browser.page.getByRole('button', { name: 'Undo' }).click();
    await remove();
    await browser.page.getByText('1 deleted.').waitFor();
    expect((await get('/list')).text).not.toContain('leaver');
  });

  it('the console names everybody in a photo, says who is missing, and merges two people who are one', async () => {
    const { post, delete: remove } = browser.client;
    for (const id of ['twin', 'away'])
      await post('/create', field('collection', 'class'), field('id', id), field('name', id));
    for (const [id, source] of [
      ['franck', 'franck_01829.jpg'],
      ['twin', 'franck_02221.jpg'],
    ] as const) {
      await post('/create', field('collection', 'class'), field('id', id), field('name', id));
      await post('/add', field('collection', 'class'), field('id', id), file(photo(source)));
    }
    const half = (name: string) => sharp(photo(name)).resize(700, 560, { fit: 'cover' }).toBuffer();
    const [left, right] = await Promise.all([half('franck_02045.jpg'), half('audrey.jpg')]);
    const both = await sharp({ create: { width: 1400, height: 560, channels: 3, background: '#888' } })
      .composite([
        { input: left, left: 0, top: 0 },
        { input: right, left: 700, top: 0 },
      ])
      .jpeg()
      .toBuffer();
    await browser.logIn('Identify');
    await browser.page.getByLabel('Collection').selectOption('class');
    await browser.page.locator('.drop input[type=file]').setInputFiles(jpeg('class.jpg', both));
    await browser.page.locator('.verdict.good').getByText('1 of 3 are there').waitFor();
    await browser.page.getByText('2 of the collection not seen').waitFor();
    expect(await browser.page.locator('.marks .box.good').count()).toBe(1);
    const [download] = await Promise.all([
      browser.page.waitForEvent('download'),
      browser.page.getByRole('button', { name: 'List as CSV' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('who-is-there.csv');

    await browser.page.getByRole('link', { name: 'People', exact: true }).click();
    for (const id of ['franck', 'twin']) await browser.page.getByLabel(`Select ${id}`).check();
    await browser.page.getByRole('button', { name: 'Merge' }).click();
    await browser.page.getByLabel('Keep franck').check();
    await browser.page.getByRole('dialog').getByRole('button', { name: 'Merge' }).click();
    await browser.page.getByText('Merged into franck, which has 2 faces now.').waitFor();
    await browser.page.getByText('2 in all').waitFor();

    await browser.page.getByRole('link', { name: 'Collections' }).click();
    await browser.page.getByRole('button', { name: 'Delete: class' }).click();
    const yes = browser.page.getByRole('dialog').getByRole('button', { name: 'Delete' });
    expect(await yes.isDisabled()).toBe(true);
    await browser.page.getByLabel('Type class to confirm').fill('class');
    await yes.click();
    await browser.page.getByText('The collection class is deleted.').waitFor();
    expect((await remove('/delete_collection', field('collection', 'class'))).json.code).toBe('404');
  });

  it('the console scrolls through 100,000 people, of whom only those on the screen are in the page', async () => {
    await browser.page.route(/\/admin\/v1\/users\?/, (route) => {
      const query = new URL(route.request().url()).searchParams;
      const begin = Number(query.get('cursor')) + Number(query.get('offset'));
      const users = Array.from({ length: Number(query.get('limit')) }, (_, i) => {
        const id = `p-${begin + i}`;
        return { id, name: id, faces: 1, portrait: null };
      });
      return route.fulfill({
        json: { data: { total: 100_000, users, next: String(begin + users.length) }, code: '200' },
      });
    });
    await browser.logIn('People');
    await browser.page.getByText('100,000 in all').waitFor();
    await browser.page.getByRole('link', { name: /\bp-0\b/ }).waitFor();
    await browser.page.evaluate('window.scrollTo(0, document.documentElement.scrollHeight)');
    await browser.page.getByRole('link', { name: /\bp-99999\b/ }).waitFor();
    expect(await browser.page.locator('.person').count()).toBeLessThan(200);
    expect(await browser.page.getByRole('listitem').last().getAttribute('aria-posinset')).toBe('100000');
  });
});
