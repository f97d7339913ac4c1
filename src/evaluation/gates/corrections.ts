import { normalize } from 'node:path';
import { readCsv } from '../../util/csv.js';
import { OperatorError } from '../../util/operator-error.js';
import { type DataSetImage, labelsOf } from '../data-set.js';

/** Labels that a person corrected by looking at the photos, by path. */
export type Corrections = ReadonlyMap<string, string[]>;

/**
 * Reads a list of corrected labels: the columns path and label, in the vocabulary of the manifest. Lines without a label
 * change nothing; other columns are ignored.
 * @throws OperatorError when it cannot be read or corrects nothing
 */
export async function readCorrections(file: string): Promise<Corrections> {
  const corrections = new Map<string, string[]>();
  for (const { values, line } of await readCsv(file, ['path', 'label'])) {
    if (!values.path) throw new OperatorError(`${file}, line ${line}: the path is empty.`);
    const labels = labelsOf(values.label ?? '');
    if (labels.length > 0) corrections.set(normalize(values.path), labels);
  }
  if (corrections.size === 0) throw new OperatorError(`${file} corrects no label.`);
  return corrections;
}

/** The images with corrected labels. A code that the manifest states still prevails. */
export function corrected<Image extends DataSetImage>(images: readonly Image[], corrections: Corrections): Image[] {
  return images.map((image) => ({ ...image, labels: corrections.get(image.path) ?? image.labels }));
}
