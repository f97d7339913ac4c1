import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished } from 'vitest';
import type { Server } from '../../src/server.js';
import { startBrowser } from '../support/browser.js';
import { field, file } from '../support/multipart.js';
import { photo } from '../support/photos.js';
import { realServer } from '../support/real-server.js';
import { client, socketTarget, type Target } from '../support/target.js';

/** A name that does harm where it becomes markup. */
export const hostile = '<img src=x onerror="document.title=\'broken\'">';

/** A photo as a file input takes it. */
export const jpeg = (name: string, buffer = photo(name)) => ({ name, mimeType: 'image/jpeg', buffer });

async function oneFrame(): Promise<Buffer[]> {
  const frame = await sharp(photo('franck_02888.jpg')).resize(720, 576).jpeg().toBuffer();
  return [frame, frame];
}

/** A server with two people in the default collection, and a browser whose webcam shows the first; a new page for each test. */
export class ConsoleBrowser {
  page!: Page;
  server!: Server & { key: string };
  target!: Target & { port: number };
  /** What the page complained of, and requests that left the server; none, when a test ends. */
  problems: string[] = [];
  #browser!: Browser;
  #film: () => Promise<Buffer[]> = oneFrame;
  readonly #folder = mkdtempSync(join(tmpdir(), 'facesearch-console-'));

  /** Called in a `describe`. @param film JPEGs that the webcam shows one after the other, 30 a second, again and again */
  static use(film: () => Promise<Buffer[]> = oneFrame): ConsoleBrowser {
    const it = new ConsoleBrowser();
    it.#film = film;
    beforeAll(() => it.#start());
    afterAll(() => it.#stop());
    beforeEach(() => it.#openPage());
    return it;
  }

  get client() {
    return client(this.target, this.server.key);
  }

  urlOf(path: string): string {
    return `http://127.0.0.1:${this.target.port}${path}`;
  }

  /** What has the focus: its label or text. */
  readonly focus = (): Promise<string> =>
    this.page.evaluate(`(({ ariaLabel, labels, textContent }) =>
      ariaLabel ?? labels?.[0]?.textContent ?? textContent)(document.activeElement)`);

  /** Lets no request through to the server, or again each. */
  async cutOff(isCut: boolean): Promise<void> {
    const pattern = /\/(admin|vision|ready)/;
    if (isCut) await this.page.route(pattern, (route) => route.abort('connectionrefused'));
    else await this.page.unroute(pattern);
    // The browser says so of each request, which is no fault of the page.
    this.problems = this.problems.filter((text) => !text.includes('ERR_CONNECTION_REFUSED'));
  }

  async logIn(where: string): Promise<void> {
    await this.page.getByLabel('API key').fill(this.server.key);
    await this.page.getByRole('button', { name: 'Log in' }).click();
    await this.page.getByRole('link', { name: where, exact: true }).click();
    await this.page.getByRole('heading', { level: 1, name: where }).waitFor();
  }

  async #start(): Promise<void> {
    this.server = await realServer();
    this.target = await socketTarget(this.server.app);
    // An MJPEG film is JPEGs one after the other.
    writeFileSync(join(this.#folder, 'webcam.mjpeg'), Buffer.concat(await this.#film()));
    this.#browser = await startBrowser(join(this.#folder, 'webcam.mjpeg'));
    for (const [id, name, source] of [
      ['franck', hostile, 'franck_01829.jpg'],
      ['audrey', 'Audrey', 'audrey.jpg'],
    ] as const) {
      await this.client.post('/create', field('id', id), field('name', name));
      await this.client.post('/add', field('id', id), file(photo(source)));
    }
  }

  async #stop(): Promise<void> {
    await this.#browser.close();
    await this.target.close();
    await this.server.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #openPage(): Promise<void> {
    const context = await this.#browser.newContext({ locale: 'en-GB', viewport: { width: 1200, height: 900 } });
    onTestFinished(() => context.close());
    this.page = await context.newPage();
    this.problems = [];
    this.page.on('pageerror', (error) => this.problems.push(String(error)));
    this.page.on('console', (message) => message.type() === 'error' && this.problems.push(message.text()));
    this.page.on('request', (request) => {
      if (!/^(blob:)?http:\/\/127\.0\.0\.1:/.test(request.url())) this.problems.push(`asked for ${request.url()}`);
    });
    await this.page.goto(this.urlOf('/console'));
    onTestFinished(() => expect(this.problems).toEqual([]));
  }
}
