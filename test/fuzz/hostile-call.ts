import fc from 'fast-check';
import { basePath } from '../../src/http/routes/v4/v4.js';
import { calls } from '../http/calls.js';
import { testKey } from '../support/fake-app.js';

/** One request as it goes over the wire. */
export interface HostileCall {
  head: string;
  body: Buffer;
  /** Bytes of the body that are sent; then the client hangs up, unless that was all. */
  sent: number;
  /** Sizes of the pieces in which they are sent. */
  piece: number;
}

const names = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('id', 'name', 'collection', 'file', 'vector', 'threshold') },
  {
    weight: 3,
    arbitrary: fc.constantFrom('lower_threshold', 'create', 'allow_id_card', 'only_largest_face', 'disable_validation'),
  },
  { weight: 2, arbitrary: fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', '', 'id[]', 'ID') },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.constant('n'.repeat(20_000)) },
);

const number = fc.oneof(
  fc.double().map((value) => JSON.stringify(value)),
  fc.constantFrom('NaN', 'Infinity', '-Infinity', '1e999', '5e-324', '-0', '1e-400', '00', '0x1', 'null', '"1"', '[]'),
);

const vector = fc.oneof(
  fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 512, maxLength: 512 }).map(JSON.stringify),
  fc
    .tuple(fc.integer({ min: 0, max: 511 }), number)
    .map(([at, odd]) => `[${Array.from({ length: 512 }, (_, i) => (i === at ? odd : '0.5')).join()}]`),
  fc.integer({ min: 0, max: 600 }).map((length) => JSON.stringify(Array(length).fill(1))),
  fc.constantFrom('['.repeat(100_000), `[${'1,'.repeat(100_000)}1]`, '{"__proto__":[1]}', '"'),
);

const words = fc.constantFrom(
  ...['true', 'false', '1', '0', '0.5', '1e-1', '', '""', '"', "'; DROP TABLE users; --", '../../etc/passwd', '%00'],
  ...['u1', 'u2', 'x'.repeat(1024), 'x'.repeat(9000), '\u202e\ud83d\ude00é', 'a\0b', 'a\r\nset-cookie: b=c', '\ufeff'],
);
const photos = fc.constantFrom('cos:1', 'cos:0.7', 'cos:0.1', 'none', 'many', 'card', 'masked', 'broken', 'busy');

const values: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 6, arbitrary: words.map((text) => Buffer.from(text)) },
  { weight: 3, arbitrary: vector.map((text) => Buffer.from(text)) },
  { weight: 2, arbitrary: number.map((text) => Buffer.from(text)) },
  { weight: 3, arbitrary: photos.map((text) => Buffer.from(text)) },
  { weight: 2, arbitrary: photos.map((text) => Buffer.from(Buffer.from(text).toString('base64'))) },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 300_000 }).map((length) => Buffer.alloc(length, 'z')) },
);

/** What follows the name in the header of a part, and the headers after it. */
const trimmings = fc.oneof(
  { weight: 8, arbitrary: fc.constant('') },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      '; filename="a.jpg"',
      '; filename=""',
      '; filename="../../a.jpg"\r\nContent-Type: image/jpeg',
      "; filename*=UTF-8''%ff%00",
      "; filename*=nonsense'x'%",
      `; filename="${'f'.repeat(5000)}"`,
    ),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      '\r\nContent-Type: application/json',
      '\r\nContent-Type: text/plain; charset=utf-16',
      '\r\nContent-Type: multipart/mixed; boundary=b',
      '\r\nContent-Transfer-Encoding: base64',
      '\r\nContent-Disposition: attachment',
      '\r\n: x',
      '\r\nno colon',
      `\r\n${'x: y\r\n'.repeat(100)}z: 1`,
      `\r\nx: ${'y'.repeat(100_000)}`,
    ),
  },
);

const dispositions = fc.oneof(
  { weight: 12, arbitrary: names.map((name) => `Content-Disposition: form-data; name="${name}"`) },
  {
    weight: 1,
    arbitrary: names.map((name) => `content-disposition:form-data;NAME=${name}`),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'Content-Disposition: form-data',
      'Content-Disposition: attachment; name="id"',
      'Content-Disposition: form-data; name="id',
      'Content-Disposition: form-data; name="a\\"b"; name="c"',
      'X: y',
    ),
  },
);

const part = fc
  .tuple(dispositions, trimmings, values)
  .map(([disposition, more, value]) =>
    Buffer.concat([Buffer.from(`${disposition}${more}\r\n\r\n`), value, Buffer.from('\r\n')]),
  );

const boundary = 'b0undary';
const delimiter = Buffer.from(`--${boundary}\r\n`);

const body = fc
  .tuple(
    fc.oneof(
      { weight: 20, arbitrary: fc.array(part, { maxLength: 8 }) },
      { weight: 10, arbitrary: fc.array(part, { maxLength: 3 }).map((parts) => [...parts, ...soundParts]) },
      { weight: 1, arbitrary: fc.tuple(part, fc.integer({ min: 90, max: 130 })).map(([one, n]) => Array(n).fill(one)) },
    ),
    fc.constantFrom('', '', '', 'preamble\r\n', '\r\n\r\n'),
    fc.constantFrom('--\r\n', '--\r\n', '--\r\n', '--', '', '--\r\nepilogue', `--\r\n--${boundary}--\r\n`),
  )
  .map(([parts, before, after]) =>
    Buffer.concat([
      Buffer.from(before),
      ...(parts as Buffer[]).flatMap((one) => [delimiter, one]),
      Buffer.from(`--${boundary}${after}`),
    ]),
  );

/** A form that every call takes, so that what is hostile comes past the missing fields; the first of a name counts. */
const soundParts = [
  ['id', 'u1'],
  ['name', 'Mai'],
  ['vector', JSON.stringify(Array(512).fill(1))],
  ['file"; filename="a.jpg', 'cos:0.9'],
].map(([name, value]) => Buffer.from(`Content-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`));

/** Bytes put in the place of others, at a place told as a fraction of the whole. */
const damage = fc.array(fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.uint8Array({ maxLength: 4 })), {
  minLength: 1,
  maxLength: 5,
});
const damaged = fc.oneof(
  { weight: 3, arbitrary: body },
  {
    weight: 1,
    arbitrary: fc.tuple(body, damage).map(([bytes, changes]) => {
      const copy = Buffer.from(bytes);
      for (const [at, change] of changes)
        copy.set(change.subarray(0, copy.length), Math.floor(at * (copy.length - change.length)));
      return copy;
    }),
  },
);

const contentTypes = fc.oneof(
  { weight: 20, arbitrary: fc.constant(`multipart/form-data; boundary=${boundary}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'multipart/form-data',
      'multipart/form-data; boundary=',
      'multipart/form-data; boundary="',
      'multipart/form-data; boundary=other',
      `multipart/form-data; boundary=${'b'.repeat(5000)}`,
      'multipart/mixed; boundary=b0undary',
      'application/json',
      ';;;',
    ),
  },
);

const queries = fc.constantFrom(
  '',
  '',
  '?collection=',
  '?collection=%FF',
  '?collection=a&collection=b',
  '?%',
  '?__proto__=1',
);

/** How long the body is said to be; undefined: sent in chunks. */
const lengths = fc.oneof(
  { weight: 12, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.integer({ min: -50, max: 50 }) },
  { weight: 2, arbitrary: fc.constant(undefined) },
);

const cuts = fc.oneof(
  { weight: 8, arbitrary: fc.constant(1) },
  { weight: 1, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
);

/** Calls of every sort of malice: forms, headers, lengths, and connections that break off. */
export const hostileCall: fc.Arbitrary<HostileCall> = fc
  .tuple(
    fc.constantFrom(...calls),
    queries,
    contentTypes,
    damaged,
    lengths,
    cuts,
    fc.constantFrom(1_000_000, 65_536, 1000, 97),
  )
  .map(([{ method, path }, query, type, bytes, lie, cut, piece]) => {
    const chunked = lie === undefined;
    const wire = chunked ? chunksOf(bytes) : bytes;
    const length = chunked ? 'transfer-encoding: chunked' : `content-length: ${Math.max(0, bytes.length + lie)}`;
    const head = [
      `${method} ${basePath}${path}${query} HTTP/1.1`,
      'host: localhost',
      `api_key: ${testKey}`,
      `content-type: ${type}`,
      length,
      'connection: close',
      '\r\n',
    ].join('\r\n');
    // Many small pieces of a large body take long and tell nothing more.
    return { head, body: wire, sent: Math.floor(cut * wire.length), piece: Math.max(piece, wire.length / 50) };
  });

function chunksOf(bytes: Buffer): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 10_000) {
    const piece = bytes.subarray(at, at + 10_000);
    pieces.push(Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n'));
  }
  return Buffer.concat([...pieces, Buffer.from('0\r\n\r\n')]);
}
