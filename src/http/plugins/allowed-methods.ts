import type { FastifyInstance, FastifyRequest } from 'fastify';

/**
 * Notes the routes that are added afterwards.
 * @returns the methods of a request's path, when it exists and has not the request's own; undefined otherwise
 */
export function noteMethods(app: FastifyInstance): (request: FastifyRequest) => string[] | undefined {
  const routes = new Map<string, { pattern: RegExp; methods: Set<string> }>();

  app.addHook('onRoute', ({ url, method }) => {
    const route = routes.get(url) ?? { pattern: patternOf(url), methods: new Set() };
    routes.set(url, route);
    for (const one of [method].flat()) route.methods.add(one);
  });

  return ({ url, method }) => {
    const path = url.replace(/\?.*/s, '');
    const methods = new Set(
      [...routes.values()].flatMap(({ pattern, methods }) => (pattern.test(path) ? [...methods] : [])),
    );
    return methods.size > 0 && !methods.has(method) ? [...methods].sort() : undefined;
  };
}

/** Of a route with parameters and perhaps a wildcard; the slash at the end does not matter. */
function patternOf(url: string): RegExp {
  const source = url
    .replace(/\/$/, '')
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replace(/:\w+/g, '[^/]+')
    .replace(/\*/g, '.*');
  return new RegExp(`^${source}/?$`);
}
