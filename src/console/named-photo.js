let names = 0;

/** The picture as a file whose name no other has: where names become ids, two people must not share one. */
export function named(origin, blob) {
  const when = new Date().toISOString().slice(0, 19).replace(/\D/g, '-');
  const ending = blob.type === 'image/png' ? 'png' : 'jpg';
  return new File([blob], `${origin}-${when}-${++names}.${ending}`, { type: blob.type });
}
