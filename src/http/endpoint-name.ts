/** Path under which the endpoints of version 4 live. */
export const basePath = '/vision/ekyc/facesearch/v4';

/** How log lines and metrics name an endpoint of version 4, such as `search`; undefined for every other route. */
export function nameInV4(route: string): string | undefined {
  return route.startsWith(`${basePath}/`) ? route.slice(basePath.length + 1) : undefined;
}
