export type * from './camera.js';
export { FaceSearch } from './face-search.js';
export type * from './people.js';
export { Refusal } from './refusal.js';
export type * from './types.js';
export { type SignedRequest, verifyWebhook, WebhookSignatureError } from './webhooks.js';
