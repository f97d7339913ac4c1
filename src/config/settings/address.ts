import { choice, corsOrigins, integer, proxies, text } from '../parsers.js';
import type { Variable } from '../variable.js';

/** Where it listens, and who may call from where. */
export const addressSettings = {
  HOST: { description: 'Address to listen on.', default: '0.0.0.0', schema: text() },
  PORT: {
    description: 'Port to listen on; 0 takes any free one and logs it.',
    default: '8080',
    schema: integer(0, 65_535),
  },
  LISTEN: {
    description:
      '`at-once`: the server listens before it can answer calls, and says so at `/ready`. `when-ready`: it listens when it can; for balancers that ask for no `/ready`.',
    default: 'at-once',
    schema: choice('at-once', 'when-ready'),
  },
  TLS_CERT: {
    description:
      'File with the certificate in PEM, and those between it and the root: the server then speaks TLS. A renewed one is taken without a restart.',
    defaultShown: 'none: plain HTTP',
    schema: text(),
  },
  TLS_KEY: { description: "File with the certificate's private key in PEM.", schema: text() },
  TRUST_PROXY: {
    description:
      'Addresses or networks of proxies whose `X-Forwarded-For` is believed, as a comma-separated list; also `loopback`, `linklocal`, `uniquelocal`.',
    schema: proxies(),
  },
  CORS_ORIGIN: {
    description: 'Web origins that browsers may call from: `*` or a comma-separated list; unset is none.',
    schema: corsOrigins(),
  },
} as const satisfies Record<string, Variable>;
