import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino';
import type { Config } from '../config/config.js';

/**
 * JSON lines. Keys, images, vectors, names and ids have no place in them, so whatever a library would log of a
 * request (headers, URL) is cut down here.
 */
export function createLogger(level: Config['LOG_LEVEL'], destination?: DestinationStream): Logger {
  const options = {
    level,
    base: { pid: process.pid },
    serializers: {
      req: (request: { id?: unknown; method?: unknown }) => ({ id: request.id, method: request.method }),
      res: (reply: { statusCode?: unknown }) => ({ statusCode: reply.statusCode }),
      err: stdSerializers.err,
    },
    // @fastify/multipart logs its options, which hold all request headers, at the trace level.
    redact: { paths: ['headers', '*.headers', 'busboyOptions', 'rawHeaders', '*.rawHeaders'], remove: true },
  };
  return destination ? pino(options, destination) : pino(options);
}
