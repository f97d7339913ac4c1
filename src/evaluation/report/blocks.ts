/** A report as a list of parts, written once and rendered for the terminal and as Markdown. */
export type Block =
  | { kind: 'heading'; text: string }
  | { kind: 'text'; text: string }
  | { kind: 'list'; items: string[] }
  | { kind: 'table'; columns: string[]; rows: string[][] }
  | { kind: 'image'; file: string; text: string };

/** For a terminal; images are named by their files. The first column of a table is set left, the others right. */
export function renderText(blocks: readonly Block[]): string {
  return `${blocks.map(blockAsText).join('\n\n')}\n`;
}

function blockAsText(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `${block.text}\n${'─'.repeat(block.text.length)}`;
    case 'text':
      return block.text;
    case 'list':
      return block.items.map((item) => `- ${item}`).join('\n');
    case 'table':
      return tableAsText([block.columns, ...block.rows]);
    case 'image':
      return `${block.text}: ${block.file}`;
  }
}

function tableAsText(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: string[]) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ');
  return rows.map(line).join('\n');
}

export function renderMarkdown(blocks: readonly Block[]): string {
  return `${blocks.map(blockAsMarkdown).join('\n\n')}\n`;
}

function blockAsMarkdown(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `## ${escapeMarkdown(block.text)}`;
    case 'text':
      return escapeMarkdown(block.text);
    case 'list':
      return block.items.map((item) => `- ${escapeMarkdown(item)}`).join('\n');
    case 'table': {
      const line = (cells: string[]) => `| ${cells.map(escapeMarkdown).join(' | ')} |`;
      const rule = `| --- |${' ---: |'.repeat(block.columns.length - 1)}`;
      return [line(block.columns), rule, ...block.rows.map(line)].join('\n');
    }
    case 'image':
      return `![${escapeMarkdown(block.text)}](${block.file})`;
  }
}

/** Names of files and people come from the data set: they must not become markup. */
function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_[\]<>|]/g, (sign) => `\\${sign}`).replace(/\s*\n\s*/g, ' ');
}
