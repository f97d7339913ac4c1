import { expect, it, onTestFinished, vi } from 'vitest';
import { Attendance } from '../../src/gallery/attendance.js';
import type { AttendanceStore } from '../../src/persistence/attendance.js';

const where = { tenant: 'acme', collection: '' };

function listOf(timeZone: string, forgetBefore = vi.fn(async () => 2)) {
  const seen = vi.fn<AttendanceStore['seen']>(async (_where, _id, _day, at) => ({ first: at, last: at }));
  const logger = { info: vi.fn(), error: vi.fn() };
  const store = { seen, forgetBefore, list: vi.fn() };
  const attendance = new Attendance({ store, days: 30, timeZone, logger });
  onTestFinished(() => attendance.close());
  return { attendance, seen, forgetBefore, logger };
}

it('a day begins at the midnight of the site', async () => {
  const evening = new Date('2027-01-31T17:30:00Z');
  const days: Record<string, string> = {};
  for (const zone of ['Asia/Ho_Chi_Minh', 'UTC', 'America/Los_Angeles']) {
    const { attendance, seen } = listOf(zone);
    days[zone] = (await attendance.seen(where, 'u1', evening))?.day ?? '';
    expect(seen).toHaveBeenCalledWith(where, 'u1', days[zone], evening);
    expect(attendance.timeZone).toBe(zone);
  }
  expect(days).toEqual({ 'Asia/Ho_Chi_Minh': '2027-02-01', UTC: '2027-01-31', 'America/Los_Angeles': '2027-01-31' });
});

it('old days are erased at the start and every hour, also after a failure', async () => {
  vi.useFakeTimers({ now: new Date('2027-03-02T12:00:00Z') });
  onTestFinished(() => void vi.useRealTimers());
  const forgetBefore = vi.fn(async () => 2).mockRejectedValueOnce(new Error('the disk is away'));
  const { attendance, logger } = listOf('UTC', forgetBefore);
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(forgetBefore.mock.calls).toEqual([['2027-01-31'], ['2027-01-31']]);
  expect(logger.error).toHaveBeenCalledOnce();
  expect(logger.info).toHaveBeenCalledWith({ erased: 2, days: 30 }, expect.any(String));
  await attendance.close();
  await vi.advanceTimersByTimeAsync(7_200_000);
  expect(forgetBefore).toHaveBeenCalledTimes(2);
});
