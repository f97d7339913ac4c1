import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { EvaluationError } from './evaluation-error.js';
import type { Report } from './report/report.js';

/** The members that are compared; what else an older or newer version wrote is of no interest. */
const schema = z.object({
  madeAt: z.string(),
  model: z.object({
    pack: z.string(),
    version: z.string(),
    embedder: z.string(),
    mirror: z.boolean(),
    calibrationMadeFrom: z.string(),
  }),
  groups: z.array(
    z.object({
      name: z.string(),
      genuine: z.number(),
      impostor: z.number(),
      eer: z.object({ rate: z.number().min(0).max(1) }).nullable(),
    }),
  ),
  targets: z.array(z.object({ name: z.string(), value: z.number() })).default([]),
});

export type EarlierReport = z.infer<typeof schema>;

/** Reads an earlier report.json. @throws EvaluationError when it is none */
export async function readEarlierReport(file: string): Promise<EarlierReport> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new EvaluationError(`Cannot read the earlier report ${file}: ${(error as Error).message}`);
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new EvaluationError(`${file} is no report.json:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** What the new report keeps of it. */
export function summaryOf({ madeAt, model, groups }: EarlierReport): NonNullable<Report['before']> {
  return {
    madeAt,
    model,
    groups: groups.map(({ name, genuine, impostor, eer }) => ({ name, genuine, impostor, eer: eer?.rate ?? null })),
  };
}

/** Equal error rate of a group of the earlier report. */
export function earlierRates(earlier: EarlierReport | null): (group: string) => number | undefined {
  return (group) => earlier?.groups.find(({ name }) => name === group)?.eer?.rate;
}
