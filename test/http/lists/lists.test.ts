import { expect, test } from 'vitest';
import { guardedCell, unguardedCell } from '../../../src/http/lists/cells.js';
import { readXlsx } from '../../../src/http/lists/read-xlsx.js';
import { readUserList } from '../../../src/http/lists/user-list.js';
import { xlsxFile } from '../../../src/http/lists/xlsx-file.js';
import { zipOf } from '../../../src/http/lists/zip.js';

test('an XLSX file is read as it was written, to the letter', async () => {
  const texts = ['Nguyễn & <b>"Huệ"</b>', '=1+1', ' two  spaces ', 'a\r\nb', "it's", '😀', '007', ''];
  const file = await xlsxFile(
    'Users',
    ['id', 'name', 'faces'],
    texts.map((text, i) => [text, `name ${i}`, i]),
  );
  expect(await readXlsx(file)).toEqual([
    { row: 1, cells: ['id', 'name', 'faces'] },
    ...texts.map((text, i) => ({ row: i + 2, cells: [text, `name ${i}`, String(i)] })),
  ]);
});

test('an XLSX file of a spreadsheet program is read: shared and rich texts, holes, another place of the sheet', async () => {
  const file = await zipOf({
    'xl/workbook.xml': `<workbook><sheets><sheet name="A" sheetId="7" r:id="rId9"/><sheet name="B" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships><Relationship Target="worksheets/sheet1.xml" Id="rId1"/><Relationship Id='rId9' Target='/xl/worksheets/s7.xml'/></Relationships>`,
    'xl/sharedStrings.xml':
      '<sst><si><t>Mã</t></si><si><r><t>Họ </t></r><r><rPr><b/></rPr><t xml:space="preserve">và tên</t></r><rPh sb="0" eb="1"><t>x</t></rPh></si><si><t/></si><si><t>&#272;&#xE0;o</t></si></sst>',
    'xl/worksheets/s7.xml':
      '<worksheet><cols><col min="1"/></cols><sheetData><row r="2"><c r="A2" t="s"><v>0</v></c><c r="C2" t="s"><v>1</v></c></row><row r="3" spans="1:3"/><row r="5"><c r="A5"><v>42</v></c><c r="B5" s="1"/><c r="C5" t="s"><v>3</v></c></row><row r="6"><c r="A6" t="str"><f>A5+1</f><v>43</v></c><c r="C6" t="s"><v>2</v></c></row></sheetData></worksheet>',
  });
  expect(await readUserList(file)).toEqual([
    { row: 5, id: '42', name: 'Đào' },
    { row: 6, id: '43', name: '' },
  ]);
});

test.each([
  ['commas and a mark', '\ufeffName,ID,note\r\nAnna,a1,x\r\n\r\n"Lê, Ben",b1\r\n'],
  ['semicolons', 'sep=;\nid;tên\na1;Anna\n\nb1;"Lê, Ben"\n'],
])('a list in CSV with %s is read', async (_what, text) => {
  const people = await readUserList(Buffer.from(text));
  expect(people.map(({ id, name }) => [id, name])).toEqual([
    ['a1', 'Anna'],
    ['b1', 'Lê, Ben'],
  ]);
});

test('a list of a school is read: below its title, with the columns and the names as they are called there', async () => {
  const title = ['TRƯỜNG THPT NGUYỄN TRÃI', '', '', ''];
  const header = ['STT', 'Mã  học sinh', 'Họ và tên đệm', 'Tên'];
  const file = await xlsxFile('10A1', title, [['DANH SÁCH LỚP 10A1', ''], header, [1, 'HS01', 'Nguyễn Hoài', 'Nam']]);
  expect(await readUserList(file)).toEqual([{ row: 4, id: 'HS01', name: 'Nguyễn Hoài Nam' }]);
  const csv = ',Danh sách\nMSSV,HỌ TÊN\n007,Đào\n';
  expect(await readUserList(Buffer.from(csv))).toEqual([{ row: 3, id: '007', name: 'Đào' }]);
});

test.each([
  ['no header', Buffer.from('a1,Anna\n'), /must name the columns id and name/],
  ['nothing', Buffer.from(''), /must name the columns/],
  ['a picture', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16]), /UTF-8/],
  ['half an archive', Buffer.from('PK\u0003\u0004'), /damaged/],
  ['no workbook', await zipOf({ 'a.txt': 'a' }), /no XLSX file/],
  ['a quote that never ends', Buffer.from('id,name\n"a1,Anna\n'), /neither CSV nor XLSX/],
  ['too many', Buffer.from(`id,name\n${'a,b\n'.repeat(20_001)}`), /more than 20000/],
  [
    'a bomb',
    await zipOf({ 'xl/workbook.xml': '<sheet/>', 'xl/worksheets/sheet1.xml': ' '.repeat(65 * 1024 * 1024) }),
    /too large/,
  ],
])('%s is refused as a list', async (_what, file, message) => {
  await expect(readUserList(file)).rejects.toMatchObject({
    reason: 'list-format',
    message: expect.stringMatching(message),
  });
});

test('no cell of a CSV file is taken for a formula, and an import has the text back', () => {
  for (const text of ['=1+1', '+84 90', '-5', '@x', '\tx', "'=1", "''x"]) {
    expect(guardedCell(text)).toBe(`'${text}`);
    expect(unguardedCell(guardedCell(text))).toBe(text);
  }
  for (const text of ['a', '', "'a", "O'Brien", '1-2']) {
    expect(guardedCell(text)).toBe(text);
    expect(unguardedCell(text)).toBe(text);
  }
});
