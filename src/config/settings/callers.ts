import { apiKeys, choice, integer, rateLimit } from '../parsers.js';
import type { Variable } from '../variable.js';

/** Who may call how often, and how it is answered. */
export const callerSettings = {
  API_KEYS: {
    description:
      'API keys, as a comma-separated list of `tenant:key` pairs or bare keys (each bare key is a tenant of its own). When no key exists, the first start makes one and prints it once.',
    default: '',
    defaultShown: 'none',
    schema: apiKeys(),
  },
  RATE_LIMIT: {
    description:
      'Requests that one key may make, such as `100/s`, `600/min` or `5000/h`. Further requests answer 429 with `Retry-After`. 0 is off.',
    default: '0',
    schema: rateLimit(),
  },
  FAILED_KEY_LIMIT: {
    description:
      'Unknown keys that one address may send in a minute. Then its requests answer 429 until the minute is over, except with keys that were valid from this address before. 0 is off.',
    default: '60',
    schema: integer(0, 1_000_000),
  },
  SESSION_IDLE_MINUTES: {
    description: 'Minutes without a request after which a session of the console ends. See docs/security.md.',
    default: '60',
    schema: integer(1, 1440),
  },
  SESSION_HOURS: {
    description: 'Hours after which a session of the console ends, however busy.',
    default: '12',
    schema: integer(1, 720),
  },
  ADMIN_TOTP: {
    description:
      '`required`: console users with the role admin or operator can do nothing before they have set up a second factor (TOTP). `optional`: each user chooses.',
    default: 'optional',
    schema: choice('optional', 'required'),
  },
  HTTP_STATUS: {
    description:
      '`business`: results such as 404 and 407 have HTTP status 200 and the code in the body. `mirror`: the HTTP status is the code.',
    default: 'business',
    schema: choice('business', 'mirror'),
  },
} as const satisfies Record<string, Variable>;
