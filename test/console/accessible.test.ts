import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { chromiumPath } from '../support/browser.js';
import { field } from '../support/multipart.js';
import { ConsoleBrowser, jpeg } from './console-browser.js';

const PAGES = [
  'Collections',
  'People',
  'Search',
  'Identify',
  'Enrol',
  'Camera',
  'Attendance',
  'Compare',
  'Duplicates',
  'Unknown people',
  'My account',
  'Console users',
  'API keys',
  'Audit log',
  'Webhooks',
  'Backups',
  'Calibration',
  'Settings',
  'Try the API',
  'Health',
];
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

describe.skipIf(!chromiumPath)('the accessible console in Chromium (skipped without Chromium)', () => {
  const browser = ConsoleBrowser.use();

  const tagOf = (path: string) => {
    const { paths } = browser.server.app.swagger() as { paths: Record<string, { post: { tags: string[] } }> };
    return paths[path]?.post.tags[0];
  };

  it('the viewer at /docs, which the console links to, sends its examples and loads nothing from another host', async () => {
    await browser.logIn('Try the API');
    const [viewer] = await Promise.all([
      browser.page.context().waitForEvent('page'),
      browser.page.getByRole('link', { name: 'API reference' }).click(),
    ]);
    expect(viewer.url()).toBe(browser.urlOf('/docs'));
    viewer.on('request', (request) => {
      if (!request.url().startsWith(browser.urlOf(''))) browser.problems.push(`asked for ${request.url()}`);
    });
    await viewer.getByRole('button', { name: 'Authorize' }).click();
    await viewer.locator('.auth-container input').first().fill(browser.server.key);
    await viewer.locator('.auth-container button.authorize').first().click();
    await viewer.locator('.auth-container button.btn-done').first().click();
    for (const [path, reply] of [
      ['/vision/ekyc/facesearch/v4/create', 'User created/updated'],
      ['/vision/ekyc/facesearch/v4/add_vector', 'Add photo success'],
      ['/admin/v1/analyse', '"reason": "no-face"'],
    ] as const) {
      const group = viewer.locator(`.opblock-tag[data-tag="${tagOf(path)}"]`);
      if ((await group.getAttribute('data-is-open')) === 'false') await group.click();
      const endpoint = viewer.locator('.opblock').filter({ has: viewer.getByText(path, { exact: true }) });
      await endpoint.locator('.opblock-summary-control').click();
      await endpoint.getByRole('button', { name: 'Execute' }).click();
      const answer = endpoint.locator('.live-responses-table .highlight-code').first();
      await expect.poll(() => answer.textContent()).toContain(reply);
    }
    await browser.client.delete('/delete', field('id', 'anna'));
    await viewer.setViewportSize({ width: 390, height: 844 });
    expect(await viewer.locator('meta[name=viewport]').getAttribute('content')).toContain('width=device-width');
    expect(await viewer.evaluate('document.documentElement.scrollWidth')).toBe(390);
  }, 120_000);

  it('a keyboard alone is enough to enrol by webcam', async () => {
    const { focus } = browser;
    const tabTo = async (name: string) => {
      for (let presses = 0; presses < 40 && (await focus()) !== name; presses++)
        await browser.page.keyboard.press('Tab');
      expect(await focus()).toBe(name);
    };
    await expect.poll(focus, { timeout: 15_000 }).toBe('API key');
    await browser.page.keyboard.type(browser.server.key);
    await browser.page.keyboard.press('Enter');
    await browser.page.getByRole('link', { name: /audrey/ }).waitFor();
    await tabTo('Enrol');
    await browser.page.keyboard.press('Enter');
    await browser.page.getByRole('heading', { level: 1, name: 'Enrol' }).waitFor();
    await tabTo('Id');
    await browser.page.keyboard.type('typed');
    await tabTo('Webcam');
    await browser.page.keyboard.press('Enter');
    await expect.poll(focus, { timeout: 15_000 }).toBe('Take the picture');
    await browser.page.keyboard.press('Enter');
    await browser.page.getByText('1 taken').waitFor();
    await browser.page.keyboard.press('Escape');
    await expect.poll(focus, { timeout: 15_000 }).toBe('Webcam');
    // The webcam shows somebody who is here already: the page asks, and the keyboard answers.
    await browser.page.getByText('Is this person here already').waitFor();
    await tabTo('Another person: enrol as typed');
    await browser.page.keyboard.press('Enter');
    await browser.page.getByText('enrolled as typed').waitFor();
    await browser.client.delete('/delete', field('id', 'typed'));
  });

  // In other colours, only what axe says of colours can be different.
  it.each([
    { colorScheme: 'light', rules: 'all' },
    { colorScheme: 'dark', rules: ['color-contrast'] },
  ] as const)(
    'no page has a serious accessibility fault that axe knows, in its $colorScheme colours',
    async ({ colorScheme, rules }) => {
      const seriousFaults = () => seriousFaultsBy(rules);
      await browser.page.emulateMedia({ colorScheme });
      expect(await seriousFaults()).toEqual([]);
      for (const where of PAGES) {
        if (where === 'Collections') await browser.logIn(where);
        else await browser.page.getByRole('link', { name: where, exact: true }).click();
        await browser.page.getByRole('heading', { level: 1, name: where }).waitFor();
        if (where === 'People') {
          await browser.page.getByRole('link', { name: /franck/ }).click();
          await browser.page.getByRole('button', { name: /^Delete face/ }).waitFor();
          expect(await seriousFaults(), 'a person').toEqual([]);
          await browser.page.getByRole('link', { name: 'All people' }).click();
          await browser.page.getByLabel('Select franck').check();
        }
        if (where === 'Search') {
          await browser.page.locator('.drop input[type=file]').setInputFiles(jpeg('franck_02045.jpg'));
          await browser.page.locator('ol.candidates li').first().waitFor();
        }
        if (where === 'Health') await browser.page.locator('.charts svg').first().waitFor();
        expect(await seriousFaults(), where).toEqual([]);
      }
    },
  );

  async function seriousFaultsBy(rules: 'all' | readonly string[]): Promise<string[]> {
    if (!(await browser.page.evaluate('!!window.axe'))) await browser.page.evaluate(axe);
    const options = { resultTypes: ['violations'], ...(rules !== 'all' && { runOnly: rules }) };
    return browser.page.evaluate(`axe.run(document, ${JSON.stringify(options)}).then(({ violations }) => violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html)))`);
  }

  it('the keyboard reaches every control, and every control has a name', async () => {
    await browser.page.getByLabel('API key').pressSequentially(browser.server.key);
    await browser.page.keyboard.press('Enter');
    await browser.page.getByRole('link', { name: /audrey/ }).waitFor();
    for (const where of PAGES) {
      await browser.page.getByRole('link', { name: where, exact: true }).focus();
      await browser.page.keyboard.press('Enter');
      await browser.page.getByRole('heading', { level: 1, name: where }).waitFor();
      // The heading of the page before may have the same name.
      await expect.poll(() => browser.page.evaluate('document.activeElement.tagName')).toBe('H1');
      const nameless = await browser.page.evaluate(`[...document.querySelectorAll('button, input, select, textarea, a')]
        .filter((one) => !one.labels?.length && !one.getAttribute('aria-label') && !one.textContent.trim())
        .map((one) => one.outerHTML)`);
      expect(nameless).toEqual([]);
    }
  });
});
