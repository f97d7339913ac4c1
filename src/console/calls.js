const collection = { name: 'collection', kind: 'text' };
const id = { name: 'id', kind: 'text', required: true };
const file = { name: 'file', kind: 'file', required: true };
const vector = { name: 'vector', kind: 'vector', required: true };
const threshold = { name: 'threshold', kind: 'number', placeholder: '0.85' };
const flag = (name) => ({ name, kind: 'flag' });
const version = { name: 'facematch_version', kind: 'version' };

/** The twelve calls and their fields, as the try-out page offers them. */
export const calls = [
  { method: 'POST', path: '/create', fields: [collection, id, { name: 'name', kind: 'text', required: true }] },
  { method: 'POST', path: '/add', fields: [collection, id, file, flag('allow_id_card')] },
  {
    method: 'POST',
    path: '/search',
    fields: [
      collection,
      file,
      threshold,
      { ...threshold, name: 'lower_threshold', placeholder: '' },
      flag('allow_id_card'),
      flag('create'),
      flag('only_largest_face'),
      flag('disable_validation'),
    ],
  },
  { method: 'DELETE', path: '/delete_faces', fields: [collection, id], deletes: true },
  { method: 'DELETE', path: '/delete', fields: [collection, id], deletes: true },
  { method: 'GET', path: '/list', fields: [collection] },
  { method: 'DELETE', path: '/delete_collection', fields: [collection], deletes: true },
  { method: 'POST', path: '/add_vector', fields: [collection, id, vector] },
  { method: 'POST', path: '/search_vector', fields: [collection, vector, threshold] },
  { method: 'POST', path: '/search_no_crop', fields: [collection, file, threshold] },
  {
    method: 'POST',
    path: '/extract_from_fm',
    fields: [file, flag('allow_id_card'), flag('only_largest_face'), flag('disable_validation'), version],
  },
  { method: 'POST', path: '/extract_no_crop_from_fm', fields: [file, version] },
];

/**
 * The command that does the same.
 * @param {{method: string, path: string}} call
 * @param {string} url of the call, without a query
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
