import { activeAndBefore } from '../../gallery/own-scale/active-and-before.js';
import { makeOwnScale } from '../../gallery/own-scale/make-own-scale.js';
import { centresVersion, type OwnScale, readOwnScale } from '../../gallery/own-scale/own-scale.js';
import { readPeople } from '../../gallery/own-scale/read-people.js';
import type { Centres } from '../../gallery/scoring/cohort.js';
import { type ScaleParts, scalePoints } from '../../gallery/scoring/similarity.js';
import type { EmbeddingStore } from '../../persistence/people/embedding-store.js';
import type { ScaleStore, StoredScale } from '../../persistence/scales.js';
import { OperatorError } from '../../util/operator-error.js';
import { galleryReport, scaleLines } from './gallery-report.js';

export interface GalleryTools {
  store: EmbeddingStore;
  scales: ScaleStore;
  /** Name of the model whose faces are compared. */
  model: string;
  /** The model's own scale. */
  calibration: ScaleParts;
  centres: Centres | undefined;
  /** To the operator's terminal. */
  print(text: string): void;
}

/**
 * Estimates the scale of the gallery's own people, prints it, and keeps it as the active one when asked to.
 * @throws OperatorError when there are too few people; StoreError
 */
export async function runGalleryCalibration(write: boolean, tools: GalleryTools): Promise<OwnScale> {
  const { store, scales, model, calibration, centres, print } = tools;
  const { tenants, all } = await readPeople(store, model);
  const { own, suspects } = makeOwnScale({ tenants, all, centres, ofModel: scalePoints(calibration) });
  print(galleryReport(own, suspects));
  if (write) {
    const scaleId = await scales.add({ model, data: JSON.stringify(own) });
    print(`Written as scale ${scaleId}; a running server uses it within seconds. --revert takes it back.\n`);
  } else print('Nothing is changed; --write makes this the scale of this installation.\n');
  return own;
}

/** Makes the scale before the active one hold again, or else the model's own. @throws OperatorError where none is active */
export async function revertScale({ scales, model, print }: GalleryTools): Promise<void> {
  const found = await activeAndBefore(scales, model);
  if (!found) throw new OperatorError("The pack's scale holds already: there is nothing to revert.");
  const { before } = found;
  await scales.activate(model, before?.scaleId);
  print(before ? `Scale ${before.scaleId} holds again.\n` : "The pack's scale holds again.\n");
}

export async function listScales({ scales, model, centres, print }: GalleryTools): Promise<void> {
  const all = await scales.list();
  const described = all.map((scale) => ({ scale, own: readOwnScale(scale), state: stateOf(scale) }));
  print(scaleLines(described));

  function stateOf(scale: StoredScale): string {
    if (scale.model !== model) return 'of another model';
    if (readOwnScale(scale)?.centres !== centresVersion(centres)) return 'of other centres';
    return scale.isActive ? 'active' : '';
  }
}
