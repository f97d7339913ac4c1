/** A CSV file: comma-separated, a line of column names, values quoted where needed. Spreadsheets need the mark at its beginning to read it as UTF-8. */
export function csvText(columns: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return `\uFEFF${[columns, ...rows].map((row) => `${row.map((value) => quoted(String(value))).join(',')}\r\n`).join('')}`;
}

function quoted(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
