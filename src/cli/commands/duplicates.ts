import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { guardedCell } from '../../http/lists/cells.js';
import { csvText } from '../../util/csv-text.js';
import { OperatorError } from '../../util/operator-error.js';
import { UsageError } from '../../util/usage-error.js';
import { FaceSearchClient } from '../api-client/face-search-client.js';
import { defineCommand } from '../command.js';
import { remoteKey } from '../remote-key.js';

/** Pairs of one request. */
const PAGE = 200;

/** Between two questions how far the search is: doubled from the first to the last. */
const ASK_MS = { first: 50, last: 2000 };

const person = z.object({ id: z.string(), name: z.string(), faces: z.number() });
const scanSchema = z.object({ state: z.enum(['none', 'running', 'done']), done: z.number(), total: z.number() });
const pageSchema = z.object({
  scan: scanSchema,
  total: z.number(),
  pairs: z.array(z.object({ similarity: z.number(), people: z.tuple([person, person]) })),
});

export const duplicates = defineCommand({
  about:
    'Lists the users of a collection who may be one person, as CSV, the most similar first: a running server looks for them. Nothing is merged. See docs/admin-api.md.',
  operands: [],
  options: {
    url: { type: 'string', value: 'URL', default: 'http://localhost:8080', help: 'where the server is' },
    key: {
      type: 'string',
      value: 'KEY',
      help: 'API key with the permission list; better in the variable FACESEARCH_KEY, which no other user sees',
    },
    collection: { type: 'string', value: 'NAME', default: '', help: 'the default collection without it' },
    least: { type: 'string', value: 'SIMILARITY', default: '0.85', help: 'from 0.8 to 1' },
    last: { type: 'boolean', help: 'list what the last search found, without a new one' },
  },
  notes: 'Exit codes: 0 it is listed, 1 the server refuses or cannot be reached, 2 a wrong command line.',
  async run({ url, key, collection, least, last }) {
    if (!/^(0?\.\d{1,6}|[01](\.0{0,6})?)$/.test(least))
      throw new UsageError('--least: it must be a number from 0 to 1.');
    const client = new FaceSearchClient({
      url,
      key: key || remoteKey('FACESEARCH_KEY'),
      onWait: (why) => console.error(`waiting: ${why}`),
    });
    const page = async (offset: number) => {
      const query = new URLSearchParams({ collection, least, offset: String(offset), limit: String(PAGE) });
      return pageSchema.parse(answered(await client.admin('GET', `/duplicates?${query}`)));
    };
    if (!last) {
      answered(await client.admin('POST', '/duplicates', { collection }));
      await finished(async () => (await page(0)).scan);
    }
    const rows: (string | number)[][] = [];
    for (let offset = 0, total = 1; offset < total; offset += PAGE) {
      const found = await page(offset);
      total = found.total;
      for (const { similarity, people } of found.pairs)
        rows.push([
          similarity.toFixed(4),
          ...people.flatMap(({ id, name, faces }) => [guardedCell(id), guardedCell(name), faces]),
        ]);
    }
    process.stdout.write(csvText(['similarity', 'id', 'name', 'faces', 'other_id', 'other_name', 'other_faces'], rows));
  },
});

async function finished(scan: () => Promise<z.infer<typeof scanSchema>>): Promise<void> {
  let shown = '';
  for (let wait = ASK_MS.first; ; wait = Math.min(2 * wait, ASK_MS.last)) {
    const { state, done, total } = await scan();
    if (state !== 'running') return;
    const progress = `${done} of ${total} people`;
    if (progress !== shown) console.error(progress);
    shown = progress;
    await sleep(wait);
  }
}

/** @throws OperatorError for a refusal */
function answered({ code, data, reason }: { code: string; data?: unknown; reason?: string | undefined }): unknown {
  if (code !== '200')
    throw new OperatorError(`The server refuses: ${String(data)} (${code}${reason ? `, ${reason}` : ''}).`);
  return data;
}
