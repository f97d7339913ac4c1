import { ZipReader } from './zip.js';

/** Unpacked, of each part: some 200,000 rows. */
const MAX_BYTES = 64 * 1024 * 1024;

/** The rows of a sheet by their numbers, from 1; each cell as it is shown where it is a text or a number. */
export interface SheetRow {
  row: number;
  /** By column, from 0; holes are empty cells. */
  cells: string[];
}

/**
 * Reads the first sheet of an XLSX file: ECMA-376, Office Open XML, part 1, sections 18.3 and 18.4. Formulas count as what they came to.
 * @throws Error that says what is wrong
 */
export async function readXlsx(file: Buffer): Promise<SheetRow[]> {
  const zip = new ZipReader(file);
  const workbook = await zip.text('xl/workbook.xml', MAX_BYTES);
  if (workbook === undefined) throw new Error('it is a ZIP archive, but no XLSX file');
  const sheet = await zip.text(await firstSheet(zip, workbook), MAX_BYTES);
  if (sheet === undefined) throw new Error('it has no sheet');
  const strings = await zip.text('xl/sharedStrings.xml', MAX_BYTES);
  const shared = elements(strings ?? '', 'si').map(({ content }) => textOf(content));
  let next = 1;
  return elements(sheet, 'row').map(({ attributes, content }) => {
    const row = Number(attributeOf(attributes, 'r') ?? next);
    next = row + 1;
    const cells: string[] = [];
    for (const { attributes, content: inner } of elements(content, 'c')) {
      const column = columnOf(attributeOf(attributes, 'r')) ?? cells.length;
      if (column < MAX_COLUMNS) cells[column] = cellText(attributes, inner, shared);
    }
    return { row, cells: Array.from(cells, (cell) => cell ?? '') };
  });
}

/** Columns that are looked at. */
const MAX_COLUMNS = 100;

async function firstSheet(zip: ZipReader, workbook: string): Promise<string> {
  const id = attributeOf(elements(workbook, 'sheet')[0]?.attributes ?? '', 'r:id');
  const relations = elements((await zip.text('xl/_rels/workbook.xml.rels', MAX_BYTES)) ?? '', 'Relationship');
  const target = relations.find(({ attributes }) => attributeOf(attributes, 'Id') === id)?.attributes ?? '';
  const path = attributeOf(target, 'Target') ?? 'worksheets/sheet1.xml';
  return path.startsWith('/') ? path.slice(1) : `xl/${path}`;
}

function cellText(attributes: string, inner: string, shared: readonly string[]): string {
  const type = attributeOf(attributes, 't');
  if (type === 'inlineStr') return textOf(inner);
  const value = unescaped(elements(inner, 'v')[0]?.content ?? '');
  return type === 's' ? (shared[Number(value)] ?? '') : value;
}

/** What is shown of rich text: its runs, without how they are read aloud (`rPh`). */
function textOf(content: string): string {
  const shown = content.replace(/<(?:\w+:)?rPh\b[^>]*>.*?<\/(?:\w+:)?rPh>/gs, '');
  return elements(shown, 't')
    .map((text) => unescaped(text.content))
    .join('');
}

/** Elements of a name, which never lie within each other in what is read here. A prefix of a namespace does not matter. */
function elements(xml: string, name: string): { attributes: string; content: string }[] {
  const pattern = new RegExp(`<(?:\\w+:)?${name}((?:\\s[^>]*?)?)(?:/>|>(.*?)</(?:\\w+:)?${name}>)`, 'gs');
  return Array.from(xml.matchAll(pattern), ([, attributes = '', content = '']) => ({ attributes, content }));
}

function attributeOf(attributes: string, name: string): string | undefined {
  const value = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(attributes);
  return value ? unescaped(value[1] ?? value[2] ?? '') : undefined;
}

/** From 0: of `AB12` 27. */
function columnOf(place: string | undefined): number | undefined {
  const letters = /^[A-Z]{1,3}/.exec(place ?? '')?.[0];
  if (letters === undefined) return undefined;
  return [...letters].reduce((sum, letter) => 26 * sum + letter.charCodeAt(0) - 64, 0) - 1;
}

function unescaped(text: string): string {
  const named: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(lt|gt|quot|apos|amp));/gi, (whole, hex, decimal, name) => {
    if (name) return named[String(name).toLowerCase()] ?? whole;
    const code = hex ? Number.parseInt(hex, 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
