import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { type Calibration, readManifest } from '../../models/manifest.js';
import { EvaluationError } from '../evaluation-error.js';
import { valueSpan } from './json-span.js';

/**
 * Replaces the calibration of one model in a manifest. Every other byte of the file stays as it is; the new text is
 * checked as a manifest before it takes the place of the old one, in one step.
 * @param path of the manifest
 * @param model name of the model
 * @throws EvaluationError when the manifest has no such model with a calibration
 * @throws ModelError when the manifest is not valid, before or after
 */
export async function writeCalibration(path: string, model: string, calibration: Calibration): Promise<void> {
  await readManifest(path);
  const text = await readFile(path, 'utf8');
  const changed = withCalibration(text, model, calibration);
  if (changed === null) throw new EvaluationError(`${path} has no model "${model}" with a calibration.`);
  // In the same folder: a rename is one step only within a file system.
  const draft = `${path}.new`;
  try {
    await writeFile(draft, changed);
    await readManifest(draft);
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}

/** The manifest's text with another calibration of the model; null when it has none. */
export function withCalibration(text: string, model: string, calibration: Calibration): string | null {
  const span = valueSpan(text, ['models', model, 'calibration']);
  if (!span) return null;
  const line = text.slice(text.lastIndexOf('\n', span.from) + 1, span.from);
  const indent = /^\s*/.exec(line)?.[0] ?? '';
  return text.slice(0, span.from) + formatted(calibration, indent) + text.slice(span.to);
}

/** One point a line, as the manifest is written by hand. */
function formatted(
  { madeFrom, cohort, identicalFrom, photosSlope, points, scorePoints }: Calibration,
  indent: string,
): string {
  const member = (name: string, value: unknown) =>
    value === undefined ? [] : [`${indent}  ${JSON.stringify(name)}: ${spaced(value)}`];
  const list = (name: string, items: readonly object[] | undefined) =>
    items
      ? [`${indent}  "${name}": [\n${items.map((item) => `${indent}    ${spaced(item)}`).join(',\n')}\n${indent}  ]`]
      : [];
  const members = [
    ...member('madeFrom', madeFrom),
    ...member('cohort', cohort),
    ...member('identicalFrom', identicalFrom),
    ...member('photosSlope', photosSlope),
    ...list('points', points),
    ...list('scorePoints', scorePoints),
  ];
  return `{\n${members.join(',\n')}\n${indent}}`;
}

/** JSON on one line. */
function spaced(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}: ${JSON.stringify(member)}`);
  return `{ ${members.join(', ')} }`;
}
