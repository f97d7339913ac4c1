import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath } from '../support/browser.js';
import { field, file } from '../support/multipart.js';
import { photo } from '../support/photos.js';
import { ConsoleBrowser } from './console-browser.js';

/** Seconds for which each person stands before the webcam, at its 30 pictures a second. */
const SECONDS = 4;

/** Whom the webcam shows in turn, each in another picture than the enrolled one, and nobody between them. */
const passing = ['franck_02888.jpg', 'audrey.jpg', 'bieber_small.jpg', 'SeanConnery.jpg'];

async function film(): Promise<Buffer[]> {
  const wall = { r: 120, g: 124, b: 130 };
  const scene = async (name?: string) => {
    const empty = sharp({ create: { width: 640, height: 480, channels: 3, background: wall } });
    const person =
      name &&
      (await sharp(photo(name))
        .flop()
        .modulate({ brightness: 1.06 })
        .resize(640, 480, { fit: 'contain', background: wall })
        .toBuffer());
    return (person ? empty.composite([{ input: person }]) : empty).jpeg({ quality: 75 }).toBuffer();
  };
  const nobody = await scene();
  const frames: Buffer[] = [];
  for (const name of passing)
    frames.push(...Array<Buffer>(30 * SECONDS).fill(await scene(name)), ...Array<Buffer>(20).fill(nobody));
  return frames;
}

describe.skipIf(!chromiumPath)('the camera page in Chromium (skipped without Chromium)', () => {
  const browser = ConsoleBrowser.use(film);

  beforeAll(async () => {
    const { post } = browser.client;
    await post('/create', field('id', 'franck'), field('name', 'Franck'));
    await post('/create', field('id', 'bieber'), field('name', 'Justin'));
    const large = await sharp(photo('bieber_small.jpg')).resize(800).jpeg().toBuffer();
    expect((await post('/add', field('id', 'bieber'), file(large))).json.code).toBe('200');
  });

  it('greets three people, refuses a fourth, writes who came, and fills the screen', async () => {
    const { page } = browser;
    await browser.logIn('Camera');
    await page.getByLabel('Write the attendance list').check();
    await page.getByRole('button', { name: 'Start' }).click();
    const said = page.locator('.greeting');
    const recent = page.locator('.camera-recent');
    for (const name of ['Franck', 'Audrey', 'Justin', 'somebody unknown'])
      await recent.getByText(name).first().waitFor({ timeout: 90_000 });
    await expect.poll(() => said.textContent(), { timeout: 60_000 }).toContain('You are not known here');
    await page.getByRole('button', { name: /^Full screen/ }).click();
    await expect.poll(() => page.getByRole('navigation').isVisible()).toBe(false);
    await expect.poll(() => said.textContent(), { timeout: 60_000 }).toContain('Hello,');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('navigation').isVisible()).toBe(true);

    // Nothing is lost in another language, and settings are remembered without anything about people.
    await page.getByLabel('Language').selectOption('vi');
    await expect.poll(() => said.textContent(), { timeout: 60_000 }).toContain('Xin chào');
    await page.locator('#language').selectOption('en');
    expect(await page.evaluate("localStorage.getItem('facesearch-camera')")).toBe(
      JSON.stringify({ camera: '', attendance: true, challenge: false, looks: 3 }),
    );

    await page.getByRole('link', { name: 'Attendance', exact: true }).click();
    for (const name of ['Franck', 'Audrey', 'Justin']) await page.getByRole('cell', { name }).waitFor();
    expect(await page.getByRole('row').count()).toBe(4);
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download as CSV' }).click(),
    ]);
    expect(saved.suggestedFilename()).toMatch(/^attendance-\d{4}-\d\d-\d\d\.csv$/);
    await page.getByLabel('Day').fill('2020-01-01');
    await page.getByText('Nobody was seen on this day.').waitFor();
  }, 300_000);
});
