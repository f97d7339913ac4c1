/** Lines with columns as wide as their content, for a terminal and for programs that split at two or more spaces. */
export function textTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const shown = rows.map((row) => row.map(printable));
  const widths = heads.map((head, i) => Math.max(head.length, ...shown.map((row) => [...(row[i] ?? '')].length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => cell + ' '.repeat(Math.max(0, (widths[i] ?? 0) - [...cell].length)))
      .join('  ')
      .trimEnd();
  return [heads, ...shown].map(line).join('\n');
}

/** What clients chose, such as a label, must not move the cursor. */
function printable(text: string): string {
  return text.replace(/\p{C}/gu, '�');
}
