import { z } from 'zod';
import { FaceSearchError } from '../../../core/errors.js';
import type { Attendance } from '../../../gallery/attendance.js';
import type { AttendanceLine } from '../../../persistence/attendance.js';
import { csvText } from '../../../util/csv-text.js';
import { guardedCell } from '../../lists/cells.js';
import { xlsxFile } from '../../lists/xlsx-file.js';
import { exampleUser, success, successSchema } from '../../replies.js';
import type { Route } from '../../route.js';
import type { Services } from '../../services.js';
import { collection, count, string, whole } from './fields.js';

/** Lines read at a time for a file. */
const LINES_PER_PAGE = 1000;

const day = string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a day such as 2027-01-31')
  .optional()
  .describe('A day of the site; today without one.');

const query = z.object({ collection, day });

const list = z.strictObject({
  day: z.iso.date(),
  timeZone: z.string().describe('Of the days.'),
  total: whole,
  lines: z.array(z.strictObject({ id: z.string(), name: z.string(), first: z.iso.datetime(), last: z.iso.datetime() })),
});

const listSchema = {
  tags: ['Camera'],
  summary: 'Who was seen on a day, in the order in which they came',
  querystring: query.extend({ offset: count(0, 999_999_999).default(0), limit: count(1, 1000).default(200) }),
  response: {
    200: successSchema(list, {
      day: '2027-01-31',
      timeZone: 'Asia/Ho_Chi_Minh',
      total: 1,
      lines: [{ ...exampleUser, first: '2027-01-31T01:02:03.000Z', last: '2027-01-31T10:04:05.000Z' }],
    }),
  },
} as const;

export const attendanceRoute: Route = (app, { services }) => {
  app.get(
    '/attendance',
    { schema: listSchema, config: { permission: 'list' } },
    async ({ query: { collection, day: asked, ...page }, context }) => {
      const attendance = kept(services());
      const day = asked ?? attendance.dayOf(new Date());
      const { total, lines } = await attendance.list(context.collection(collection), day, page);
      return success({ day, timeZone: attendance.timeZone, total, lines: lines.map(shownLine) });
    },
  );
};

const columns = ['id', 'name', 'first', 'last'];
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

const fileSchema = {
  tags: ['Camera'],
  summary: 'The same as a file, with the times of the site',
  querystring: query.extend({
    format: z.enum(['csv', 'xlsx'], 'must be csv or xlsx').default('csv'),
  }),
  response: {
    200: { content: { 'text/csv': { schema: z.instanceof(Buffer) }, [XLSX]: { schema: z.instanceof(Buffer) } } },
  },
} as const;

export const attendanceFileRoute: Route = (app, { services }) => {
  app.get(
    '/attendance/file',
    { schema: fileSchema, config: { permission: 'list' } },
    async ({ query: { collection, day: asked, format }, context }, reply) => {
      const attendance = kept(services());
      const day = asked ?? attendance.dayOf(new Date());
      const rows: string[][] = [];
      const time = new Intl.DateTimeFormat('sv-SE', { timeZone: attendance.timeZone, timeStyle: 'medium' });
      for (let offset = 0; ; offset += LINES_PER_PAGE) {
        const page = { offset, limit: LINES_PER_PAGE };
        const { lines } = await attendance.list(context.collection(collection), day, page);
        for (const { user, first, last } of lines)
          rows.push([user.id, user.name, time.format(first), time.format(last)]);
        if (lines.length < LINES_PER_PAGE) break;
      }
      reply.header('content-disposition', `attachment; filename="attendance-${day}.${format}"`);
      // Cells of a sheet have a type: a text is none that could be run.
      if (format === 'xlsx') return reply.type(XLSX).send(await xlsxFile(day, columns, rows));
      const guarded = rows.map((row) => row.map(guardedCell));
      return reply.type('text/csv; charset=utf-8').send(Buffer.from(csvText(columns, guarded)));
    },
  );
};

/** @throws FaceSearchError BAD_INPUT where nothing is kept */
function kept({ attendance }: Services): Attendance {
  if (attendance) return attendance;
  throw new FaceSearchError('BAD_INPUT', 'field-value', { field: 'attendance', fault: 'needs ATTENDANCE_DAYS' });
}

function shownLine({ user, first, last }: AttendanceLine) {
  return { ...user, first: first.toISOString(), last: last.toISOString() };
}
