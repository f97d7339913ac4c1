import { request as plainRequest, type RequestOptions } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { type BlockList, isIP } from 'node:net';
import type { Delivery } from '../persistence/webhooks/webhook-store.js';
import { serverVersion } from '../util/version.js';
import { permittedLookup, requirePermitted } from './addresses.js';
import { messageOf, type Sender } from './sender.js';
import { signatureOf } from './signature.js';

/** How long a receiver may take to answer. */
const TIMEOUT_MS = 10_000;

/** Posts signed JSON. A 2xx delivers; redirections are not followed, since they may lead anywhere. */
export class HttpSender implements Sender {
  readonly #permitted: BlockList;
  readonly #timeout: number;

  /** @param permitted private networks that may be connected to */
  constructor(permitted: BlockList, timeout = TIMEOUT_MS) {
    this.#permitted = permitted;
    this.#timeout = timeout;
  }

  async send(delivery: Delivery, closing: AbortSignal): Promise<void> {
    const url = new URL(delivery.url);
    const address = url.hostname.replace(/^\[|\]$/g, '');
    // An address is not looked up.
    if (isIP(address)) requirePermitted(address, this.#permitted);
    const status = await this.#post(url, JSON.stringify(messageOf(delivery)), delivery, closing);
    if (status < 200 || status > 299) throw new Error(`HTTP ${status}`);
  }

  async close(): Promise<void> {}

  #post(url: URL, body: string, { secret, eventId, type }: Delivery, closing: AbortSignal): Promise<number> {
    const signal = AbortSignal.any([closing, AbortSignal.timeout(this.#timeout)]);
    const options: RequestOptions = {
      method: 'POST',
      // A connection of its own, which is looked at anew.
      agent: false,
      lookup: permittedLookup(this.#permitted),
      signal,
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': `facesearch/${serverVersion}`,
        'facesearch-event': type,
        'facesearch-id': eventId,
        'facesearch-signature': signatureOf(body, secret, new Date()),
      },
    };
    return new Promise((resolve, reject) => {
      const request = url.protocol === 'https:' ? tlsRequest(url, options) : plainRequest(url, options);
      request.on('response', (response) => {
        resolve(response.statusCode ?? 0);
        // Nobody reads what else it says.
        response.destroy();
      });
      request.on('error', (error: NodeJS.ErrnoException) => {
        if (signal.aborted) reject(new Error(`no answer within ${this.#timeout / 1000} s`));
        else reject(error.name === 'ForbiddenAddressError' ? error : new Error(error.code ?? 'the connection failed'));
      });
      request.end(body);
    });
  }
}
