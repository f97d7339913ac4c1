import { type IncomingMessage, request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { connect } from 'node:tls';
import { serverVersion } from '../../util/version.js';
import { isWeightsAddress } from '../sources.js';
import { type Environment, proxyFor, tunnel } from './proxy.js';

/** How long a connection may bring nothing. */
const IDLE_MS = 60_000;

const MAX_REDIRECTS = 10;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Asks for a file by GET, through the environment's proxy, and follows redirects, never from https to http.
 * @param start first byte that is wanted; 0 asks for all of them
 * @returns the reply, whose body has not been read
 * @throws Error when no reply comes, or a redirect leads to where weights may not come from
 */
export async function openUrl(address: string, start: number, env: Environment): Promise<IncomingMessage> {
  let url = new URL(address);
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const reply = await ask(url, start, env);
    const { location } = reply.headers;
    if (!REDIRECTS.has(reply.statusCode ?? 0) || location === undefined) return reply;
    reply.destroy();
    const next = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
    if (!next || !isWeightsAddress(next.href) || (url.protocol === 'https:' && next.protocol !== 'https:')) {
      throw new Error(`${url.host} leads to an address that is not https`);
    }
    url = next;
  }
  throw new Error(`${url.host} leads from address to address`);
}

async function ask(url: URL, start: number, env: Environment): Promise<IncomingMessage> {
  const proxy = proxyFor(url, env);
  const socket = proxy && (await tunnel(proxy, url));
  const isTls = url.protocol === 'https:';
  return new Promise((resolve, reject) => {
    const send = isTls ? tlsRequest : plainRequest;
    const request = send(url, {
      headers: {
        'user-agent': `facesearch-server/${serverVersion}`,
        // The digest is that of the file, not of a packed form of it.
        'accept-encoding': 'identity',
        ...(start > 0 && { range: `bytes=${start}-` }),
      },
      // An agent would make a connection of its own.
      ...(socket ? { createConnection: () => secured(socket, url) } : { agent: false }),
    });
    request.setTimeout(IDLE_MS, () => request.destroy(new Error(`nothing came for ${IDLE_MS / 1000} s`)));
    request.on('response', resolve);
    request.on('error', (error) => {
      socket?.destroy();
      reject(error);
    });
    request.end();
  });
}

/** TLS to the host of an address, over a connection that ends there. */
function secured(socket: Socket, { hostname }: URL): Socket {
  const host = hostname.replace(/^\[|\]$/g, '');
  // An address has no name that could be asked for.
  return connect({ socket, host, ...(isIP(host) === 0 && { servername: host }) });
}
