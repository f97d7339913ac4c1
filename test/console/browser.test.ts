import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { photos } from '../contract/contract-photos.js';
import { chromiumPath } from '../support/browser.js';
import { field, file } from '../support/multipart.js';
import { photo } from '../support/photos.js';
import { ConsoleBrowser, hostile, jpeg } from './console-browser.js';

describe.skipIf(!chromiumPath)('the console in Chromium (skipped without Chromium)', () => {
  const browser = ConsoleBrowser.use();

  it('the console asks for a key, says when it is wrong, stores it nowhere, and stays logged in until the log-out', async () => {
    await browser.page.getByLabel('API key').fill('wrong');
    await browser.page.getByRole('button', { name: 'Log in' }).click();
    await browser.page.getByText('The server does not know this key. `npx facesearch keys list`').waitFor();
    await browser.logIn('Collections');
    await browser.page.getByText('(default collection)').waitFor();
    expect(await browser.page.getByText('Enrol somebody').isVisible()).toBe(false);
    expect(await browser.page.evaluate('JSON.stringify([localStorage, sessionStorage, document.cookie])')).toBe(
      '[{},{},""]',
    );
    await browser.page.reload();
    await browser.page.getByText('(default collection)').waitFor();
    await browser.page.getByRole('button', { name: 'Log out' }).click();
    await browser.page.getByLabel('API key').waitFor();
    await browser.page.reload();
    await browser.page.getByLabel('API key').waitFor();
    // The refused log-in is an error of the network, not of the browser.page.
    browser.problems = browser.problems.filter((text) => !text.includes('401'));
  });

  it('a console user chooses a password at the first log-in, stays logged in after a reload, and sees what the role permits', async () => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ name: 'binh', role: 'clerk', password: 'correct horse battery' });
    await browser.target.send({
      method: 'POST',
      path: '/admin/v1/accounts',
      absolute: true,
      headers: { api_key: browser.server.key },
      body: { headers, body: Buffer.from(body) },
    });
    await browser.page.getByRole('button', { name: 'User name and password instead' }).click();
    await browser.page.getByLabel('User name').fill('binh');
    await browser.page.getByLabel('Password').fill('correct horse battery');
    await browser.page.keyboard.press('Enter');
    // Nothing else is there before.
    await browser.page.getByRole('heading', { name: 'Choose your own password' }).waitFor();
    expect(await browser.page.getByRole('navigation').getByRole('link').allTextContents()).toEqual(['My account']);
    await browser.page.getByLabel('The password that you were given').fill('correct horse battery');
    await browser.page.getByLabel('New password', { exact: true }).fill('staple of the horse');
    await browser.page.getByLabel('New password again').fill('staple of the hors');
    await browser.page.keyboard.press('Enter');
    await browser.page.getByText('The two new passwords are not the same.').waitFor();
    await browser.page.getByLabel('New password again').fill('staple of the horse');
    await browser.page.keyboard.press('Enter');
    await browser.page.getByRole('link', { name: /audrey/ }).waitFor();
    await browser.page.reload();
    await browser.page.getByRole('link', { name: /audrey/ }).waitFor();
    expect(await browser.page.getByRole('link', { name: 'Console users' }).count()).toBe(0);
    await browser.page.getByRole('link', { name: 'My account' }).click();
    await browser.page.getByText('No second factor').waitFor();
    await browser.page.getByRole('button', { name: 'Set up a second factor' }).click();
    await browser.page.getByLabel('Password').fill('staple of the horse');
    await browser.page.keyboard.press('Enter');
    await browser.page.getByRole('img', { name: 'QR code of the second factor' }).waitFor();
  });

  it('an operator backs up in the console, and is told that two people make no scale', async () => {
    await browser.logIn('Backups');
    await browser.page.getByText('There is no backup yet.').waitFor();
    await browser.page.getByRole('button', { name: 'Back up now' }).click();
    await browser.page.getByText(/^The backup facesearch-.*\.tar is ready\.$/).waitFor();
    const link = browser.page.getByRole('link', { name: /^Download: facesearch-/ });
    const [download] = await Promise.all([browser.page.waitForEvent('download'), link.click()]);
    expect(download.suggestedFilename()).toMatch(/^facesearch-.*\.tar$/);
    await browser.page.getByRole('button', { name: /^Delete: facesearch-/ }).click();
    await browser.page.getByLabel(/^Type facesearch-/).fill(download.suggestedFilename());
    await browser.page.getByRole('button', { name: 'Delete', exact: true }).click();
    await browser.page.getByText('There is no backup yet.').waitFor();
    await browser.page.getByRole('link', { name: 'Calibration' }).click();
    await browser.page.getByText('1 pair in 100,000').waitFor();
    await browser.page.getByRole('button', { name: 'Calibrate with our people' }).click();
    await browser.page.getByText(/^There are too few people/).waitFor();
  });

  it('the console enrols several photos, and says in words why it refuses one', async () => {
    await browser.logIn('Enrol');
    await browser.page.getByLabel('Collection').fill('new ones');
    await browser.page.getByLabel('Many people').check();
    const files = [
      jpeg('franck_02221.jpg'),
      jpeg('audrey.jpg'),
      jpeg('sample6.jpg'),
      jpeg('close.jpg', photos.tooClose),
    ];
    await browser.page.locator('.drop input[type=file]').setInputFiles(files);
    await browser.page.getByText('4 people, 4 photos.').waitFor();
    await browser.page.getByLabel('Id of audrey').fill('audrey of the list');
    await browser.page.getByRole('button', { name: 'Enrol 4 people' }).click();
    await browser.page.getByText('4 of 4 photos done').waitFor();
    await browser.page.getByText('enrolled as franck_02221').waitFor();
    await browser.page.getByText('refused: There are several faces.').waitFor();
    await browser.page.getByText('refused: The face is too close or cut off.').waitFor();
    const { get } = browser.client;
    const { text } = await get('/list?collection=new+ones');
    expect(text).toContain('franck_02221');
    expect(text).toContain('audrey of the list');
  });

  it('the console creates no person whose first photo was refused, and enrols by webcam', async () => {
    await browser.logIn('Enrol');
    await browser.page.getByLabel('Id', { exact: true }).fill('by webcam');
    await browser.page.locator('.drop input[type=file]').setInputFiles(jpeg('sample6.jpg'));
    await browser.page.getByText('refused: There are several faces.').waitFor();
    const { get } = browser.client;
    expect((await get('/list')).text).not.toContain('by webcam');
    await browser.page.getByRole('button', { name: 'Webcam' }).click();
    await browser.page.getByRole('button', { name: 'Take the picture' }).click();
    // The webcam shows somebody who is here already, under another id.
    await browser.page.getByText('1 taken: Is this person here already').waitFor();
    await browser.page.getByRole('button', { name: 'Close' }).click();
    expect((await get('/list')).text).not.toContain('by webcam');
    await browser.page.getByRole('button', { name: 'Another person: enrol as by webcam' }).click();
    await browser.page.getByText('✓ enrolled as by webcam').waitFor();
    expect((await get('/list')).text).toContain('by webcam');
    await browser.client.delete('/delete', field('id', 'by webcam'));
  });

  it('the console compares two photos, and says which one it refuses', async () => {
    await browser.logIn('Compare');
    const choose = (n: number, name: string) => browser.page.getByLabel(`Choose photo ${n}`).setInputFiles(jpeg(name));
    await choose(1, 'franck_01829.jpg');
    await choose(2, 'franck_02045.jpg');
    await browser.page.locator('.verdict.good').getByText('One person').waitFor();
    await choose(2, 'audrey.jpg');
    await browser.page.locator('.verdict.warn').getByText('Not one person').waitFor();
    await choose(2, 'sample6.jpg');
    await browser.page
      .locator('.verdict.bad', { hasText: 'Photo 2 cannot be used' })
      .getByText('There are several faces.')
      .waitFor();
  });

  it('the console searches by photo and by webcam, and shows what the server saw', async () => {
    await browser.logIn('Search');
    await browser.page.locator('.drop input[type=file]').setInputFiles(jpeg('franck_02045.jpg'));
    await browser.page.locator('.verdict.good').getByText(hostile).waitFor();
    const first = browser.page.locator('ol.candidates li').first();
    expect(await first.innerText()).toContain(hostile);
    expect(await first.innerText()).toContain('match');
    expect(await browser.page.locator('.marks .box.good').count()).toBe(1);
    expect(await browser.page.locator('.marks .landmark').count()).toBe(68);
    expect(await browser.page.getByRole('definition').allInnerTexts()).toMatchObject({ length: 3 });
    expect(await browser.page.content()).not.toContain('[object');
    await browser.page.locator('summary', { hasText: 'What the server checks' }).click();
    expect(await browser.page.getByRole('row', { name: /No mask/ }).innerText()).toContain('passed');
    expect(await browser.page.locator('.faces-pair figure').count()).toBe(2);
    // What was found is still there after a look at another page, and in another language.
    await browser.page.getByRole('link', { name: 'Health' }).click();
    await browser.page.getByRole('link', { name: 'Search' }).click();
    await browser.page.locator('.verdict.good').getByText(hostile).waitFor();
    await browser.page.getByLabel('Language').selectOption('vi');
    await browser.page.locator('.verdict.good').getByText('Mã franck').waitFor();
    await browser.page.getByLabel('Ngôn ngữ').selectOption('en');

    await browser.page.getByRole('button', { name: 'Webcam' }).click();
    await browser.page.getByRole('button', { name: 'Take the picture' }).click();
    await browser.page.locator('.verdict.good').getByText(hostile).waitFor();
    expect(await browser.page.locator('ol.candidates li').first().innerText()).toContain('match');
    await browser.page.getByText('Options').click();
    await browser.page.getByLabel('Threshold').fill('1');
    await browser.page.getByLabel('Threshold').press('Enter');
    await browser.page.getByText(`Most like it is ${hostile} (franck), with 0.`).waitFor();

    await browser.page.locator('.drop input[type=file]').setInputFiles(jpeg('sample6.jpg'));
    await browser.page.locator('.verdict.bad').getByText('There are several faces.').waitFor();
    const faces = browser.page.getByRole('row', { name: /Exactly one face/ });
    expect(await faces.innerText()).toContain('✗ refused');
    await browser.page.getByLabel('Take the largest of several faces').check();
    await browser.page.locator('summary', { hasText: 'What the server checks' }).click();
    await faces.getByText('– let through').waitFor();
  });

  it('the console takes photos that are dropped and pasted', async () => {
    await browser.logIn('Search');
    const base64 = photo('audrey.jpg').toString('base64');
    const give = (type: string, on: string) =>
      browser.page.evaluate(`(() => {
        const bytes = Uint8Array.from(atob('${base64}'), (letter) => letter.charCodeAt(0));
        const data = new DataTransfer();
        data.items.add(new File([bytes], 'audrey.jpg', { type: 'image/jpeg' }));
        const Kind = '${type}' === 'drop' ? DragEvent : ClipboardEvent;
        const event = new Kind('${type}', { bubbles: true, cancelable: true, dataTransfer: data, clipboardData: data });
        document.querySelector('${on}').dispatchEvent(event);
        return event.defaultPrevented;
      })()`);
    for (const [type, on] of [
      ['drop', '.drop'],
      // Beside the place for it: the page must not make way for the photo, and forget the key.
      ['drop', 'h1'],
      ['paste', 'main'],
    ] as const) {
      await browser.page.getByRole('link', { name: 'Health' }).click();
      await browser.page.getByRole('link', { name: 'Search' }).click();
      await browser.page.locator('.drop').waitFor();
      const searched = browser.page.waitForResponse(/\/candidates$/);
      expect(await give(type, on)).toBe(type === 'drop');
      await searched;
      await browser.page.locator('ol.candidates li').first().waitFor();
    }
  });

  it('the console tries an endpoint, and shows the request as curl', async () => {
    await browser.logIn('Try the API');
    await browser.page
      .getByLabel('Call', { exact: true })
      .selectOption({ label: 'GET /list: Everybody in a collection, in order of creation' });
    await browser.page.getByLabel('collection').fill('nobody here');
    await browser.page.getByRole('button', { name: 'Send' }).click();
    await browser.page.getByText('{"data":[],"code":"200"}').waitFor();
    const curl = await browser.page.getByLabel('The same with curl').innerText();
    expect(curl).toMatch(/^curl -H "api_key: \$KEY" 'http:.*\/v4\/list\?collection=nobody\+here'$/);
    expect(await browser.page.content()).not.toContain(browser.server.key);

    await browser.page.getByLabel('Call', { exact: true }).selectOption({ index: 0 });
    await browser.page.getByRole('button', { name: 'Send' }).click();
    await browser.page.getByText('{"data":"Missing id","code":"412","reason":"missing-id"}').waitFor();
    await browser.page.getByLabel('id (required)').fill('u');
    await browser.page.getByLabel('Send empty fields, too').check();
    expect(await browser.page.getByLabel('The same with curl').innerText()).toContain('--form-string name=');
    await browser.page.getByRole('button', { name: 'Send' }).click();
    await browser.page.getByText('{"data":"Missing name","code":"412","reason":"missing-name"}').waitFor();
  });

  it('the console shows that the server is ready', async () => {
    await browser.logIn('Health');
    await browser.page.getByText('✓ Ready').waitFor();
    await browser.page.getByText('mobilefacenet', { exact: false }).waitFor();
    const chart = (title: string) =>
      browser.page.locator('.charts section').filter({ has: browser.page.getByRole('heading', { name: title }) });
    await chart('Photos that wait for one of').locator('p', { hasText: 'now 0, most 0' }).waitFor();
    const { post } = browser.client;
    await post('/search', file(photo('sample6.jpg')));
    // What the first look counted was there before; this one is new.
    await chart('Refusals by reason').locator('svg rect').first().waitFor();
    await chart('Calls per second by code').locator('li', { hasText: '407: ' }).waitFor();
    await chart('Faces')
      .locator('p', { hasText: /now \d/ })
      .waitFor();
  });

  it('the console speaks Vietnamese, and remembers the choice', async () => {
    await browser.page.getByLabel('Language').selectOption('vi');
    await browser.page.getByLabel('Khoá API').waitFor();
    expect(await browser.page.evaluate('document.documentElement.lang')).toBe('vi');
    await browser.page.reload();
    await browser.page.getByLabel('Khoá API').fill(browser.server.key);
    await browser.page.keyboard.press('Enter');
    await browser.page.getByRole('link', { name: 'Tìm kiếm' }).click();
    const small = await sharp(photo('audrey.jpg')).resize(100, 100).jpeg().toBuffer();
    await browser.page.locator('.drop input[type=file]').setInputFiles(jpeg('small.jpg', small));
    await browser.page.locator('.verdict.bad').getByText('Ảnh quá nhỏ: cần ít nhất 640 × 480 điểm ảnh.').waitFor();
    await browser.page.getByText('Cứ 10 nghìn cặp người lạ').waitFor();
    expect(await browser.page.locator('main').innerText()).not.toContain('The image');
  });
});
