import { InputError } from './input-error.js';

/** What is no text: a byte that the encoding does not have, and control characters but tabs and ends of lines. */
const NO_TEXT = /\uFFFD|(?![\t\r\n])\p{Cc}/u;

/**
 * The text of a file in UTF-8 or UTF-16, with or without a byte order mark.
 * @param path for the message
 * @throws InputError that names the first line that is neither: nothing is guessed, so that no name is mangled
 */
export function decodeText(bytes: Buffer, path: string): string {
  const text = new TextDecoder(encodingOf(bytes)).decode(bytes);
  const at = text.search(NO_TEXT);
  if (at < 0) return text;
  const line = text.slice(0, at).split(/\r\n|\n|\r/).length;
  throw new InputError(`${path}, line ${line}: it is no UTF-8 or UTF-16 text; save the file as "CSV UTF-8".`);
}

/** Of two ASCII letters, as every header begins, UTF-16 has zeros at every other place. */
function encodingOf(bytes: Buffer): 'utf-8' | 'utf-16le' | 'utf-16be' {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return 'utf-16le';
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== undefined && second !== 0)) return 'utf-16be';
  return 'utf-8';
}
