import { choice, corsOrigins, integer, proxies, text } from '../parsers.js';
import type { Variable } from '../variable.js';

/** Where it listens, and who may call from where. */
export const addressSettings = {
  HOST: { description: 'Address to listen on.', default: '0.0.0.0', schema: text() },
  PORT: {
    description: 'Port to listen on. With 0 the server takes any free port and logs it.',
    default: '8080',
    schema: integer(0, 65_535),
  },
  LISTEN: {
    description:
      '`at-once`: the server listens before it can answer, and says so at `/ready`. `when-ready`: it listens once it can answer; for balancers that do not ask `/ready`.',
    default: 'at-once',
    schema: choice('at-once', 'when-ready'),
  },
  TLS_CERT: {
    description:
      'File with the certificate in PEM, followed by those between it and the root. The server then speaks TLS. It uses a renewed certificate without a restart.',
    defaultShown: 'none: plain HTTP',
    schema: text(),
  },
  TLS_KEY: { description: "File with the certificate's private key in PEM.", schema: text() },
  TRUST_PROXY: {
    description:
      'Addresses or networks of proxies whose `X-Forwarded-For` the server trusts, as a comma-separated list; also `loopback`, `linklocal`, `uniquelocal`.',
    schema: proxies(),
  },
  CORS_ORIGIN: {
    description: 'Web origins whose pages may use the API: `*` or a comma-separated list.',
    schema: corsOrigins(),
  },
} as const satisfies Record<string, Variable>;
