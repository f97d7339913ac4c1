import { createHmac } from 'node:crypto';

/**
 * The header `facesearch-signature` of a request: when it was signed, in seconds since 1970, and the HMAC-SHA-256 of that
 * number, a full stop and the body, in hex. A receiver refuses one whose time is more than five minutes from its own clock:
 * a request that somebody recorded cannot be sent again later. The scheme is that of Stripe's webhooks.
 */
export function signatureOf(body: string, secret: string, at: Date): string {
  const seconds = Math.floor(at.getTime() / 1000);
  const digest = createHmac('sha256', secret).update(`${seconds}.${body}`, 'utf8').digest('hex');
  return `t=${seconds},v1=${digest}`;
}
