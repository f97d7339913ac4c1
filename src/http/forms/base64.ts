/**
 * Decodes an image that a client sent as text: the standard or the URL-safe alphabet, with white space anywhere,
 * with or without a `data:…;base64,` prefix and padding.
 * @returns undefined when the text is not base64
 */
export function decodeBase64(text: string): Buffer | undefined {
  const prefix = /^\s*data:[^,]{0,200};base64,/i.exec(text)?.[0] ?? '';
  // An image has 7 million digits, so each pass over them is one that is needed: other requests wait meanwhile.
  let digits = text.slice(prefix.length);
  if ([' ', '\t', '\r', '\n'].some((space) => digits.includes(space))) digits = digits.replace(/[ \t\r\n]+/g, '');
  for (let i = 0; i < 2 && digits.endsWith('='); i++) digits = digits.slice(0, -1);
  if (digits.length % 4 === 1) return undefined;
  const bytes = Buffer.from(digits, 'base64');
  // Buffer.from skips what is outside the alphabet and stops at padding, so a bad character shows in the length.
  return bytes.length === Math.floor((digits.length * 3) / 4) ? bytes : undefined;
}
