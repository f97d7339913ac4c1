// FaceSearch with Node's fetch: enrols a person, then says who is in each further photo.
//   FACESEARCH_URL=http://localhost:8080 FACESEARCH_KEY=fsk_… node facesearch.mjs ENROL.jpg PROBE.jpg…
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout } from 'node:timers/promises';

const { FACESEARCH_URL = 'http://localhost:8080', FACESEARCH_KEY = '' } = process.env;
const collection = `example-${Date.now()}-${process.pid}`;
const [enrol, ...probes] = process.argv.slice(2);
if (probes.length === 0) {
  console.error('usage: node facesearch.mjs ENROL.jpg PROBE.jpg…');
  process.exit(2);
}

/** The reply to a call, a refusal included; 429 and 503 are tried again when Retry-After is over. */
async function call(method, name, fields = {}) {
  const form = new FormData();
  for (const [field, value] of Object.entries({ collection, ...fields })) form.append(field, value);
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(`${FACESEARCH_URL}/vision/ekyc/facesearch/v4/${name}`, {
      method,
      headers: { api_key: FACESEARCH_KEY },
      body: form,
      signal: AbortSignal.timeout(60_000),
    });
    const reply = await response.json();
    // 404, 406, 407 and 410 are results; 400 and 412 say what to fix.
    if (['200', '400', '404', '406', '407', '410', '412'].includes(reply.code)) return reply;
    if (!['429', '503'].includes(reply.code) || attempt === 5)
      throw new Error(`${name} failed: ${reply.code} ${reply.data}`);
    await setTimeout(1000 * Number(response.headers.get('retry-after') ?? 1));
  }
}

/** A reply as one line: code, then the person or the text, then the cause that a 406 tells. */
function shown({ code, data, reason }) {
  const text = typeof data === 'object' ? `${data.id} (${data.name}), similarity ${data.similarity.toFixed(2)}` : data;
  return `${code} ${text}${reason ? ` (${reason})` : ''}`;
}

const photo = async (path) => new Blob([await readFile(path)]);

console.log(`create: ${shown(await call('POST', 'create', { id: 'an', name: 'Nguyễn Văn An' }))}`);
try {
  console.log(`add ${basename(enrol)}: ${shown(await call('POST', 'add', { id: 'an', file: await photo(enrol) }))}`);
  for (const probe of probes)
    console.log(`search ${basename(probe)}: ${shown(await call('POST', 'search', { file: await photo(probe) }))}`);
  console.log(`delete: ${shown(await call('DELETE', 'delete', { id: 'an' }))}`);
} finally {
  console.log(`delete_collection: ${shown(await call('DELETE', 'delete_collection'))}`);
}
