import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import { OperatorError } from '../../util/operator-error.js';
import { UsageError } from '../../util/usage-error.js';
import { FaceSearchClient } from '../api-client/face-search-client.js';
import type { ServerReply } from '../api-client/outcome.js';
import { defineCommand } from '../command.js';
import { remoteKey } from '../remote-key.js';

const result = z.object({ isMatch: z.boolean(), similarity: z.number(), isBothImgIDCard: z.boolean() });

export const compare = defineCommand({
  about:
    'Asks a running server whether two photos show one person, such as an ID card and a selfie. Nothing is stored. See docs/api.md.',
  operands: ['<photo>', '<photo>'],
  options: {
    url: { type: 'string', value: 'URL', default: 'http://localhost:8080', help: 'where the server is' },
    key: {
      type: 'string',
      value: 'KEY',
      help: 'API key; better in the variable FACESEARCH_KEY, which no other user sees',
    },
    validate: { type: 'boolean', help: 'refuse a face that is covered, too close or cut off' },
    json: { type: 'boolean', help: 'print the reply of the server' },
  },
  notes: 'Exit codes: 0 one person, 1 two people or a photo that was refused, 2 a wrong command line.',
  async run(values, files) {
    const photos = await Promise.all(files.map(readPhoto));
    const client = new FaceSearchClient({
      url: values.url,
      key: values.key || remoteKey('FACESEARCH_KEY'),
      onWait: (why) => console.error(`waiting: ${why}`),
    });
    const { ms: _, ...reply } = await client.compare(photos, values.validate ?? false);
    const found = reply.code === '200' ? result.parse(reply.data) : undefined;
    console.log(values.json ? JSON.stringify(reply) : found ? sentenceOf(found) : refusalOf(reply, files));
    if (!found?.isMatch) process.exitCode = 1;
  },
});

/** Cut, not rounded: 79.99 is no match and must not look like one. */
function sentenceOf({ isMatch, similarity, isBothImgIDCard }: z.infer<typeof result>): string {
  const n = (Math.floor(similarity * 100) / 100).toFixed(2);
  const cards = isBothImgIDCard ? ' Both are photos of identity documents.' : '';
  return `${isMatch ? 'One person' : 'Two people'}: similarity ${n} of 100, and 80 is a match.${cards}`;
}

function refusalOf({ code, data, reason, photo }: Omit<ServerReply, 'ms'>, files: readonly string[]): string {
  const file = photo === undefined ? undefined : files[photo - 1];
  return `Refused: ${String(data)} (${code}${reason ? `, ${reason}` : ''})${file ? `: ${basename(file)}` : ''}`;
}

async function readPhoto(file: string): Promise<Blob> {
  try {
    return new Blob([await readFile(file)]);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new UsageError(`There is no file ${file}.`);
    throw new OperatorError(`Cannot read ${file} (${code}).`);
  }
}
