/** The smallest distance within which at least so many faces lie, or all. @param counts of the faces at each distance, by arena */
export function distanceOf(counts: readonly Uint32Array[], wanted: number): number {
  const highest = (counts[0]?.length ?? 0) - 1;
  let within = 0;
  for (let distance = 0; distance < highest; distance++) {
    for (const each of counts) within += each[distance] as number;
    if (within >= wanted) return distance;
  }
  return highest;
}
