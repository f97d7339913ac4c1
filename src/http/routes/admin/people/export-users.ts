import { z } from 'zod';
import type { CollectionRef } from '../../../../persistence/people/people-store.js';
import { csvText } from '../../../../util/csv-text.js';
import { guardedCell } from '../../../lists/cells.js';
import { xlsxFile } from '../../../lists/xlsx-file.js';
import type { Route, RouteParts } from '../../../route.js';
import { collection } from '../fields.js';

const CSV = 'text/csv';
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const columns = ['id', 'name', 'faces'];

const schemaOf = (type: string, kind: string) =>
  ({
    tags: ['People'],
    summary: `The users of a collection as ${kind}`,
    description: 'Columns `id`, `name` and `faces`, in order of creation. `/users/import` reads it again.',
    querystring: z.object({ collection }),
    response: { 200: { content: { [type]: { schema: z.instanceof(Buffer) } } } },
  }) as const;

export const exportCsvRoute: Route = (app, parts) => {
  app.get(
    '/users.csv',
    { schema: schemaOf(CSV, 'CSV'), config: { permission: 'list' } },
    async ({ query, context }, reply) => {
      const rows = await rowsOf(parts, context.collection(query.collection));
      const guarded = rows.map((row) => row.map((cell) => (typeof cell === 'string' ? guardedCell(cell) : cell)));
      reply.header('content-disposition', 'attachment; filename="users.csv"');
      return reply.type(`${CSV}; charset=utf-8`).send(Buffer.from(csvText(columns, guarded)));
    },
  );
};

export const exportXlsxRoute: Route = (app, parts) => {
  app.get(
    '/users.xlsx',
    { schema: schemaOf(XLSX, 'XLSX'), config: { permission: 'list' } },
    async ({ query, context }, reply) => {
      const file = await xlsxFile('Users', columns, await rowsOf(parts, context.collection(query.collection)));
      reply.header('content-disposition', 'attachment; filename="users.xlsx"');
      return reply.type(XLSX).send(file);
    },
  );
};

async function rowsOf({ services }: RouteParts, collection: CollectionRef): Promise<(string | number)[][]> {
  const { directory } = services();
  const rows: (string | number)[][] = [];
  for await (const users of directory.everybody(collection)) {
    for (const user of users) rows.push([user.id, user.name, (await directory.withFaces(collection, user)).faces]);
  }
  return rows;
}
