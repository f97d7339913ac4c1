import { expect, it } from 'vitest';
import { type Block, renderMarkdown, renderText } from '../../src/evaluation/report/blocks.js';

const blocks: Block[] = [
  { kind: 'heading', text: 'Pairs' },
  { kind: 'list', items: ['one_two.jpg'] },
  {
    kind: 'table',
    columns: ['list', 'n'],
    rows: [
      ['a|b <i>', '10'],
      ['c', '5'],
    ],
  },
];

it('a report is rendered for the terminal', () => {
  expect(renderText(blocks)).toBe('Pairs\n─────\n\n- one_two.jpg\n\nlist      n\na|b <i>  10\nc         5\n');
});

it('a report is rendered as Markdown in which names are no markup', () => {
  expect(renderMarkdown(blocks)).toBe(
    '## Pairs\n\n- one\\_two.jpg\n\n| list | n |\n| --- | ---: |\n| a\\|b \\<i\\> | 10 |\n| c | 5 |\n',
  );
});
