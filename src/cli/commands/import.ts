import { resolve } from 'node:path';
import { wholeNumber } from '../../util/options.js';
import { defineCommand } from '../command.js';
import { writeReport } from '../photo-import/import-report.js';
import { readPhotoList } from '../photo-import/photo-list.js';
import { importInto, importLines, photoOptions } from '../remote-import.js';
import { remoteKey } from '../remote-key.js';

export const importCommand = defineCommand({
  about:
    'Sends the photos of a folder or of a CSV file to a running server, which checks each as it checks any other. It may be stopped and run again: it goes on where it was, and sends only what is new. See docs/command-line.md.',
  operands: ['<folder|file.csv>'],
  options: {
    url: { type: 'string', value: 'URL', default: 'http://localhost:8080', help: 'where the server is' },
    key: {
      type: 'string',
      value: 'KEY',
      help: 'API key; better in the variable FACESEARCH_KEY, which no other user sees',
    },
    collection: { type: 'string', value: 'NAME', default: '', help: 'which one; without this, the default one' },
    ...photoOptions,
    quality: {
      type: 'string',
      value: 'N',
      help: 'also name photos of a quality below N, 1 to 100, with what to change; sends each photo twice',
      read: wholeNumber(1, 100),
    },
    everybody: { type: 'boolean', help: 'also create people of whom no photo is accepted' },
    state: { type: 'string', value: 'FILE', help: 'what was sent (default: <folder>.import-state)' },
    report: {
      type: 'string',
      value: 'FILE',
      help: 'the refusals, with pictures (default: <folder>.import-report.html)',
    },
  },
  notes: `A folder holds one folder a person, whose name is the id, or files such as an.jpg and an_2.jpg.
A CSV file has the columns id, path (relative to it) and perhaps name.
Users and vectors that facesearch export wrote are read by facesearch import-vectors.`,
  async run(values, [source = '']) {
    const list = await readPhotoList(source);
    for (const [ending, count] of list.otherFiles) {
      console.error(
        `${count} ${ending === '' ? 'files without an ending' : `${ending} files`} are no photos and stay out.`,
      );
    }
    const beside = resolve(source);
    const { outcome, weak, target } = await importInto({
      list,
      url: values.url,
      key: values.key || remoteKey('FACESEARCH_KEY'),
      collection: values.collection,
      state: values.state ?? `${beside}.import-state`,
      allowIdCard: values.allowIdCard,
      retryRefused: values.retryRefused,
      everybody: values.everybody,
      parallel: values.parallel,
      quality: values.quality,
    });
    const report = values.report ?? `${beside}.import-report.html`;
    await writeReport(report, { source, target, outcome, weak, at: new Date() });
    const { people, without, notMade, unfinished, unreadable, refused } = outcome;
    const lines = importLines(outcome);
    if (notMade.length > 0)
      lines.push(`${notMade.length} of ${people} people were not created: none of their photos was accepted.`);
    if (without.length > 0) lines.push(`${without.length} of ${people} people have no photo.`);
    if (weak.length > 0)
      lines.push(weak.length === 1 ? '1 photo is of low quality.' : `${weak.length} photos are of low quality.`);
    console.log([...lines, `Report: ${report}`].join('\n'));
    if (outcome.failure !== undefined) throw outcome.failure;
    if (unfinished + unreadable.length + refused.length > 0) process.exitCode = 1;
  },
});
