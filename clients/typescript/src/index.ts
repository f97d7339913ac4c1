export { FaceSearch } from './face-search.js';
export { Refusal } from './refusal.js';
export type * from './types.js';
export { type SignedRequest, verifyWebhook, WebhookSignatureError } from './webhooks.js';
