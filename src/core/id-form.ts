/**
 * What ids share that differ by their Unicode normalisation only: the composed form (NFC). Undefined for an id that is all ASCII,
 * which is its own form.
 */
export function formOfId(id: string): string | undefined {
  return /^[\x20-\x7e]*$/.test(id) ? undefined : id.normalize('NFC');
}
