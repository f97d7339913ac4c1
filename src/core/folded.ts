/** Without case and accents, so that `duc` finds Đức. */
export function folded(text: string): string {
  // Most names and ids of many users are plain; the rest costs ten times as much.
  if (!/[^ -~]/.test(text)) return text.toLowerCase();
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('đ', 'd');
}
