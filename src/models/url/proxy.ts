import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { Socket } from 'node:net';

export type Environment = Readonly<Record<string, string | undefined>>;

/** How long a proxy may take to open a tunnel. */
const TUNNEL_MS = 30_000;

/**
 * The proxy for an https address, by the variables that curl and npm know: https_proxy or HTTPS_PROXY, and no_proxy or NO_PROXY.
 * The small ones go first. Node's own support needs a flag and versions from 22.21 and 24.5 on, hence this.
 * @throws Error when the variable holds no http or https address
 */
export function proxyFor(url: URL, env: Environment): URL | undefined {
  const address = env.https_proxy || env.HTTPS_PROXY;
  if (url.protocol !== 'https:' || !address || isExcluded(url, env.no_proxy || env.NO_PROXY || '')) return undefined;
  const text = address.includes('://') ? address : `http://${address}`;
  const proxy = URL.canParse(text) ? new URL(text) : undefined;
  if (proxy?.protocol === 'http:' || proxy?.protocol === 'https:') return proxy;
  throw new Error('HTTPS_PROXY must look like http://proxy:3128');
}

/** @param list host names separated by commas or spaces, each with its subdomains and perhaps a port; `*` is every host */
function isExcluded({ hostname, port }: URL, list: string): boolean {
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean)
    .some((entry) => {
      if (entry === '*') return true;
      const [, name = '', only] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
      if (only !== undefined && only !== (port || '443')) return false;
      const domain = name.replace(/^\*?\./, '');
      return hostname === domain || hostname.endsWith(`.${domain}`);
    });
}

/**
 * A connection to the host of an address through a proxy (CONNECT, RFC 9110 section 9.3.6).
 * @param proxy perhaps with a user and a password
 * @throws Error that names the proxy, never its password
 */
export function tunnel(proxy: URL, { hostname, port }: URL): Promise<Socket> {
  const target = `${hostname}:${port || 443}`;
  const credentials = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return new Promise((resolve, reject) => {
    const fail = (what: string) => reject(new Error(`the proxy ${proxy.host} ${what}`));
    const send = proxy.protocol === 'https:' ? tlsRequest : plainRequest;
    const request = send({
      host: proxy.hostname.replace(/^\[|\]$/g, ''),
      port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
      method: 'CONNECT',
      path: target,
      agent: false,
      timeout: TUNNEL_MS,
      headers: {
        host: target,
        ...(proxy.username && { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` }),
      },
    });
    request.on('connect', ({ statusCode }, socket) => {
      if (statusCode === 200) {
        socket.setTimeout(0);
        resolve(socket as Socket);
        return;
      }
      socket.destroy();
      fail(statusCode === 407 ? 'wants a user and a password' : `refuses with status ${statusCode}`);
    });
    // A proxy that does not know CONNECT answers as a server.
    request.on('response', (response) => {
      response.destroy();
      fail(`refuses with status ${response.statusCode}`);
    });
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', (error) => fail(`cannot be used: ${error.message}`));
    request.end();
  });
}
