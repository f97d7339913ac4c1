import type { WebhookEvent } from './types.js';

/** The request does not come from the server, was changed on its way, or is too old. */
export class WebhookSignatureError extends Error {
  override name = 'WebhookSignatureError';
}

export interface SignedRequest {
  /** As the server showed it when the webhook was added. */
  secret: string;
  /** The header `facesearch-signature`. */
  signature: string | undefined | null;
  /** As it came, before it is parsed. */
  body: string;
  /** Seconds that the clocks may differ; five minutes without it. */
  tolerance?: number;
  now?: Date;
}

/**
 * Checks who sent a webhook's request, and when.
 * @returns the event
 * @throws WebhookSignatureError
 */
export async function verifyWebhook(request: SignedRequest): Promise<WebhookEvent> {
  const { secret, signature, body, tolerance = 300, now = new Date() } = request;
  const [, seconds = '', digest = ''] = /^t=(\d{1,12}),v1=([\da-f]{64})$/.exec(signature ?? '') ?? [];
  if (seconds === '') throw new WebhookSignatureError('The request has no signature.');
  const encoder = new TextEncoder();
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), algorithm, false, ['verify']);
  const given = Uint8Array.from(digest.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  // Compares in constant time.
  if (!(await crypto.subtle.verify('HMAC', key, given, encoder.encode(`${seconds}.${body}`))))
    throw new WebhookSignatureError('The signature is not that of the secret.');
  if (Math.abs(now.getTime() / 1000 - Number(seconds)) > tolerance)
    throw new WebhookSignatureError('The request was signed too long ago.');
  return JSON.parse(body) as WebhookEvent;
}
