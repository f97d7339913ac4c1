/** Where a value stands in a text: from its first character up to, but without, the one after its last. */
export interface Span {
  from: number;
  to: number;
}

/**
 * Finds a value in a JSON text by the names of the members that lead to it, so that it can be replaced without writing the
 * rest anew.
 * @param text valid JSON
 * @param path names of members, from the outermost object inwards
 * @returns null when there is no such member
 */
export function valueSpan(text: string, path: readonly string[]): Span | null {
  let span: Span = { from: skipSpace(text, 0), to: text.trimEnd().length };
  for (const name of path) {
    const member = memberSpan(text, span.from, name);
    if (!member) return null;
    span = member;
  }
  return span;
}

/** The value of a member of the object that begins at a place. */
function memberSpan(text: string, object: number, name: string): Span | null {
  if (text[object] !== '{') return null;
  let at = skipSpace(text, object + 1);
  while (text[at] === '"') {
    const keyEnd = stringEnd(text, at);
    const from = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const to = valueEnd(text, from);
    if (JSON.parse(text.slice(at, keyEnd)) === name) return { from, to };
    at = skipSpace(text, skipSpace(text, to) + 1);
  }
  return null;
}

/** The place after the value that begins at a place. */
function valueEnd(text: string, from: number): number {
  const first = text[from];
  if (first === '"') return stringEnd(text, from);
  if (first !== '{' && first !== '[') {
    const end = text.slice(from).search(/[,\]}\s]/);
    return end < 0 ? text.length : from + end;
  }
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const sign = text[at] as string;
    if (sign === '"') at = stringEnd(text, at) - 1;
    else if ('{['.includes(sign)) depth++;
    else if (']}'.includes(sign) && --depth === 0) return at + 1;
  }
  throw new SyntaxError('the JSON text ends inside a value');
}

/** The place after the string that begins at a place. */
function stringEnd(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at + 1;
  }
  throw new SyntaxError('the JSON text ends inside a string');
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (/\s/.test(text[at] ?? '')) at++;
  return at;
}
