/** A line of a text file, counted from 1; without text when it is too long or no UTF-8. */
export interface Line {
  number: number;
  text: string | undefined;
  /** Bytes of the file up to its end. */
  end: number;
}

/** Longer than any line of an export: 512 numbers in JSON are about 12 kB. */
const MAX_LINE_BYTES = 256 * 1024;

/** Lines of a stream, never more than one of them in memory. */
export async function* readLines(chunks: AsyncIterable<Uint8Array>, maxBytes = MAX_LINE_BYTES): AsyncGenerator<Line> {
  let parts: Uint8Array[] = [];
  let length = 0;
  let number = 0;
  let end = 0;
  const take = (): Line => {
    number++;
    const text = length > maxBytes ? undefined : decode(Buffer.concat(parts));
    parts = [];
    length = 0;
    return { number, text, end };
  };
  const add = (part: Uint8Array) => {
    length += part.length;
    end += part.length;
    // What is too long is counted, not kept.
    if (length <= maxBytes) parts.push(part);
    else parts = [];
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (;;) {
      const newline = chunk.indexOf(0x0a, start);
      if (newline < 0) break;
      add(chunk.subarray(start, newline));
      end++;
      start = newline + 1;
      yield take();
    }
    add(chunk.subarray(start));
  }
  if (length > 0) yield take();
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function decode(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes).replace(/\r$/, '');
  } catch {
    return undefined;
  }
}
