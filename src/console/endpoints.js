import { basePath, Refused, request } from './session.js';

/** Endpoints for people and probes, which have pages or need none. */
const NOT_OFFERED = /^\/(admin\/|health$|ready$)/;

/** @typedef {{method: string, path: string, name: string, words: string, summary: string, fields: any[], deletes: boolean}} Endpoint */

/** The endpoints that clients call, as the server describes them. @returns {Promise<Endpoint[]>} @throws {Refused} */
export async function loadEndpoints() {
  const response = await request('GET', '/openapi.json');
  if (!response.ok) throw new Refused(String(response.status), '', '');
  return endpointsOf(await response.json());
}

/** Those of an OpenAPI document, with their fields. @returns {Endpoint[]} */
export function endpointsOf({ paths }) {
  return Object.entries(paths)
    .filter(([path]) => !NOT_OFFERED.test(path))
    .flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, { summary, parameters = [], requestBody }]) => {
        const { properties = {}, required = [] } = requestBody?.content['multipart/form-data'].schema ?? {};
        const inForm = Object.entries(properties).map(([name, schema]) =>
          fieldOf(name, schema, required.includes(name)),
        );
        const others = parameters.map((one) => ({
          ...fieldOf(one.name, one.schema, one.required),
          inHeader: one.in === 'header',
        }));
        return {
          method: method.toUpperCase(),
          path,
          name: path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : path,
          words: /\/(facematch|checkface)\//.test(path) ? 'call.facematch' : `call.${path.split('/').at(-1)}`,
          summary,
          fields: [...inForm, ...others],
          deletes: method === 'delete',
        };
      }),
    );
}

/** @returns {{name: string, kind: string, required: boolean, placeholder: any, values: string[] | undefined}} */
function fieldOf(name, schema, required) {
  const { type, format, default: placeholder, enum: values } = schema;
  const kind =
    { binary: 'file', json: 'vector' }[format] ??
    (type === 'array' ? 'files' : undefined) ??
    (values ? 'choice' : { boolean: 'flag', number: 'number' }[type]);
  return { name, kind: kind ?? 'text', required, placeholder, values };
}

/**
 * The command that does the same.
 * @param {{method: string}} endpoint
 * @param {string} url without a query
 * @param {[string, string | File][]} fields those with a value
 * @param {Record<string, string>} headers beside the key
 */
export function curlOf({ method }, url, fields, headers) {
  const words = ['curl'];
  if (method !== 'GET' && (method !== 'POST' || fields.length === 0)) words.push('-X', method);
  words.push('-H', '"api_key: $KEY"');
  for (const [name, value] of Object.entries(headers)) words.push('-H', quoted(`${name}: ${value}`));
  if (method === 'GET') {
    const query = new URLSearchParams(/** @type {[string, string][]} */ (fields)).toString();
    return [...words, quoted(query ? `${url}?${query}` : url)].join(' ');
  }
  for (const [name, value] of fields) {
    // --form-string takes a value to the letter, where -F would read one that begins with @ from a file.
    if (typeof value === 'string') words.push('--form-string', quoted(`${name}=${value}`));
    else words.push('-F', quoted(`${name}=@"${value.name.replace(/["\\]/g, '\\$&')}"`));
  }
  return [...words, quoted(url)].join(' ');
}

/** For a POSIX shell. */
function quoted(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
