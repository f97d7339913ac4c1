/** One part of a multipart body, written out by hand so that a test controls every byte. */
export interface PartInit {
  name: string;
  value: string | Buffer;
  filename?: string;
  type?: string;
}

export interface Form {
  headers: Record<string, string>;
  body: Buffer;
}

export function field(name: string, value: string): PartInit {
  return { name, value };
}

export function file(value: string | Buffer, filename = 'photo.jpg', type = 'image/jpeg'): PartInit {
  return { name: 'file', value, filename, type };
}

/** A body as curl writes it: CRLF, quoted names, no header on a text part but its disposition. */
export function form(...parts: PartInit[]): Form {
  const boundary = '------------------------d74496d66958873e';
  const chunks = parts.flatMap(({ name, value, filename, type }) => [
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"`,
    filename === undefined ? '' : `; filename="${filename}"`,
    type === undefined ? '' : `\r\nContent-Type: ${type}`,
    '\r\n\r\n',
    value,
    '\r\n',
  ]);
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: Buffer.concat([...chunks, `--${boundary}--\r\n`].map((chunk) => Buffer.from(chunk as string))),
  };
}
