import { centresVersion, type OwnScale, readOwnScale } from '../../gallery/own-scale/own-scale.js';
import type { Centres } from '../../gallery/scoring/cohort.js';
import { type ScaleParts, scalePoints } from '../../gallery/scoring/similarity.js';
import type { EmbeddingStore } from '../../persistence/people/embedding-store.js';
import type { ScaleStore, StoredScale } from '../../persistence/scales.js';
import { OperatorError } from '../../util/operator-error.js';
import { calibrateGallery, ratesUnder, stricter } from './calibrate-gallery.js';
import { GOOD_PEOPLE } from './gallery-person.js';
import { galleryReport, scaleLines } from './gallery-report.js';
import { readPeople } from './read-people.js';

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
  const found = calibrateGallery(tenants, centres);
  const { curve, suspects, ...counts } = found;
  const packPoints = scalePoints(calibration);
  const own: OwnScale = {
    ...counts,
    // Of a few people a lower score may be chance, and would let strangers in.
    points: found.people < GOOD_PEOPLE ? stricter(found.points, packPoints) : found.points,
    centres: centresVersion(centres),
    galleryPeople: all,
    suspects: suspects.length,
    measuredTo: curve.measuredTo,
    start: curve.start,
    slope: curve.slope,
    before: ratesUnder(curve, packPoints),
  };
  print(galleryReport(own, suspects));
  if (write) {
    const scaleId = await scales.add({ model, data: JSON.stringify(own) });
    print(`Written as scale ${scaleId}; a running server uses it within seconds. --revert takes it back.\n`);
  } else print('Nothing is changed; --write makes this the scale of this installation.\n');
  return own;
}

/** Makes the scale before the active one hold again, or else the model's own. @throws OperatorError where none is active */
export async function revertScale({ scales, model, print }: GalleryTools): Promise<void> {
  const ours = (await scales.list()).filter((scale) => scale.model === model);
  const at = ours.findIndex(({ isActive }) => isActive);
  if (at < 0) throw new OperatorError("The pack's scale holds already: there is nothing to revert.");
  const before = ours[at - 1];
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
