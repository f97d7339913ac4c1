import type { ScaleStore, StoredScale } from '../../persistence/scales.js';

/**
 * The scale of a model that holds, and the one that a revert brings back; undefined in its place: the model's own.
 * @returns undefined where the model's own holds
 */
export async function activeAndBefore(
  scales: Pick<ScaleStore, 'list'>,
  model: string,
): Promise<{ active: StoredScale; before: StoredScale | undefined } | undefined> {
  const ours = (await scales.list()).filter((scale) => scale.model === model);
  const at = ours.findIndex(({ isActive }) => isActive);
  const active = ours[at];
  return active && { active, before: ours[at - 1] };
}
