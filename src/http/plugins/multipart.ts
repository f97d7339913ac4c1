import multipart, { type Multipart } from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { FaceSearchError, type ReasonOf } from '../../core/errors.js';

/** One part of a form, as it came. */
export interface Part {
  bytes: Buffer;
  /** It came with a file name, or with the content type of an image or of raw bytes. */
  isFile: boolean;
  /** It was longer than its limit, and `bytes` is empty. */
  tooLarge: boolean;
}

/** The parts of a body by name, in their order. */
export type Parts = Map<string, Part[]>;

/**
 * How many bytes of a part to keep; undefined for one that is skipped.
 * @param before parts of the name that were kept before it
 */
export type PartLimit = (name: string, isFile: boolean, before: number) => number | undefined;

/** The types of the plugin do not know `headerSize`, which its parser heeds; what is beyond it of a header is dropped. */
const partLimits = { parts: 100, headerPairs: 50, headerSize: 16 * 1024, fileSize: Number.POSITIVE_INFINITY };
const maxDiscardedBytes = 64 * 1024 * 1024;

/** Media types of bodies that are read like a form where no field is a file. */
export const plainTypes: readonly string[] = ['application/json', 'application/x-www-form-urlencoded'];
/** A vector in percent-encoding and some texts. */
export const MAX_PLAIN_BODY = 512 * 1024;

/** Lets the instance read multipart bodies and short plain ones, which stay bytes, and leaves every other body unread. */
export async function acceptForms(app: FastifyInstance): Promise<void> {
  app.removeAllContentTypeParsers();
  await app.register(multipart, {
    throwFileSizeLimit: false,
    // Every part is a stream, so that the size of each is judged by its name, and one that is too
    // large is drained instead of ending the request.
    isPartAFile: () => true,
    limits: partLimits,
  });
  const options = { parseAs: 'buffer', bodyLimit: MAX_PLAIN_BODY } as const;
  app.addContentTypeParser<Buffer>([...plainTypes], options, (_request, body, done) => done(null, body));
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  // A list is asked for with a form by some clients.
  app.addHttpMethod('GET', { hasBody: true, overrideExisting: true });
  app.addHook('onSend', async (request, reply, payload) => {
    // A refused upload is answered at once; what still comes of its body is dropped by Node.
    if (request.context.isBodyRefused) return payload;
    if (!(await discardRest(request))) reply.header('connection', 'close');
    return payload;
  });
}

/**
 * Reads a multipart body to its end.
 * @throws FaceSearchError BAD_INPUT when it is malformed or cut off, BODY_TOO_LARGE
 */
export async function readParts(request: FastifyRequest, limitOf: PartLimit): Promise<Parts> {
  const bodyLimit = request.routeOptions.bodyLimit;
  if (Number(request.headers['content-length'] ?? 0) > bodyLimit) throw new FaceSearchError('BODY_TOO_LARGE');

  const overflow = watchForOverflow(request, bodyLimit);
  try {
    return await Promise.race([collectParts(request, limitOf), overflow.exceeded]);
  } catch (error) {
    if (error instanceof FaceSearchError) throw error;
    throw new FaceSearchError('BAD_INPUT', reasonOf(error));
  } finally {
    overflow.stop();
  }
}

async function collectParts(request: FastifyRequest, limitOf: PartLimit): Promise<Parts> {
  const parts: Parts = new Map();
  for await (const part of readableParts(request)) {
    if (part.type !== 'file') continue;
    const isFile = part.filename !== undefined || /^(?:image\/|application\/octet-stream)/.test(part.mimetype);
    const kept = parts.get(part.fieldname) ?? [];
    const limit = limitOf(part.fieldname, isFile, kept.length);
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of part.file as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (limit !== undefined && size <= limit) chunks.push(chunk);
      else chunks.length = 0;
    }
    if (limit === undefined) continue;
    parts.set(part.fieldname, [...kept, { bytes: Buffer.concat(chunks), isFile, tooLarge: size > limit }]);
  }
  return parts;
}

/**
 * The plugin skips fields that are named like members of every object, such as `constructor`, and throws when all others
 * are read. Here they are fields that nobody asked for, unless the body has no end, which that error hides.
 */
async function* readableParts(request: FastifyRequest): AsyncGenerator<Multipart> {
  try {
    yield* request.parts();
  } catch (error) {
    if ((error as { code?: string }).code !== 'FST_PROTO_VIOLATION' || !request.raw.readableEnded) throw error;
  }
}

/** Counts the bytes of a body that does not say its length, or not the true one. */
function watchForOverflow(request: FastifyRequest, bodyLimit: number): { exceeded: Promise<never>; stop: () => void } {
  let received = 0;
  let count: (chunk: Buffer) => void = () => {};
  const exceeded = new Promise<never>((_resolve, reject) => {
    count = (chunk) => {
      received += chunk.length;
      if (received > bodyLimit) reject(new FaceSearchError('BODY_TOO_LARGE'));
    };
  });
  request.raw.on('data', count);
  return { exceeded, stop: () => request.raw.off('data', count) };
}

/**
 * Lets what is left of a refused body flow away. A client reads no answer while it is still sending, and loses it when
 * the connection is closed on unread bytes.
 * @returns false when there is no end of it
 */
function discardRest({ raw, headers }: FastifyRequest): Promise<boolean> | boolean {
  if (!hasBody({ headers }) || raw.readableEnded || raw.destroyed) return true;
  return new Promise((resolve) => {
    let discarded = 0;
    raw.unpipe();
    raw.on('data', (chunk: Buffer) => {
      discarded += chunk.length;
      if (discarded > maxDiscardedBytes) resolve(false);
    });
    raw.once('end', () => resolve(true));
    raw.once('close', () => resolve(true));
    raw.resume();
  });
}

export function hasBody({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function reasonOf(error: unknown): ReasonOf<'BAD_INPUT'> {
  return (error as { code?: string }).code === 'FST_MP_PREMATURE_CLOSE' ? 'form-incomplete' : 'form-malformed';
}
