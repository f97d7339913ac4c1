/** Path of the twelve calls. */
export const basePath = '/vision/ekyc/facesearch/v4';
const facematchPath = '/vision/ekyc/facematch/v4';
const adminPath = '/admin/v1';

/** Lives in this page only: a reload asks for it again. */
let key = '';

/** What is known of the key and the server, and the collection that pages work on. */
export const session = {
  /** @type {any} */
  status: null,
  collection: '',
};

/** An answer that is not a success. */
export class Refused extends Error {
  /**
   * @param {string} code
   * @param {string} text
   * @param {string} reason of the server's table, or `no-answer`
   * @param {number} [photo] which of two photos is refused, 1 or 2
   */
  constructor(code, text, reason, photo) {
    super(text);
    this.code = code;
    this.reason = reason;
    this.photo = photo;
  }

  /** Whether the same may well succeed a little later: it was not looked at. */
  get isPassing() {
    return ['0', '429', '500', '503'].includes(this.code);
  }
}

let keyLost = () => {};

/** Calls `listener` after the server has refused the key that was good at the log-in: it was revoked, or has expired. */
export function whenKeyIsLost(listener) {
  keyLost = listener;
}

/** @throws {Refused} */
export async function logIn(given) {
  key = given;
  try {
    session.status = await admin('GET', '/status');
  } catch (error) {
    logOut();
    throw error;
  }
}

/** Whether the key has a permission; without one there is nothing that it lacks. @param {string} [permission] */
export function mayDo(permission) {
  return permission === undefined || session.status.permissions.includes(permission);
}

export function logOut() {
  key = '';
  session.status = null;
  session.collection = '';
}

/**
 * A request with the key, whatever comes back.
 * @param {string} method
 * @param {string} path
 * @param {{body?: BodyInit | null, headers?: Record<string, string>}} [options]
 * @returns {Promise<Response>}
 */
export async function request(method, path, { body = null, headers = {} } = {}) {
  try {
    return await fetch(path, { method, body, headers: { ...headers, api_key: key } });
  } catch {
    throw new Refused('0', 'The server does not answer.', 'no-answer');
  }
}

/** One of the twelve calls. @returns {Promise<any>} its data @throws {Refused} */
export async function call(method, path, fields = {}) {
  if (method === 'GET') return dataOf(await request(method, `${basePath}${path}?${new URLSearchParams(fields)}`));
  return dataOf(await request(method, basePath + path, { body: formOf(Object.entries(fields)) }));
}

/** Whether two photos show one person. @returns {Promise<any>} @throws {Refused} with the number of the photo */
export async function facematch(photos, validate) {
  const fields = [...photos.map((photo) => ['file[]', photo]), ['validate', String(validate)]];
  return dataOf(await request('POST', facematchPath, { body: formOf(fields) }));
}

/** @param {any[][]} fields names with values */
export function formOf(fields) {
  const form = new FormData();
  for (const [name, value] of fields) form.append(name, value);
  return form;
}

/** A call of the admin API with a query. @returns {Promise<any>} its data @throws {Refused} */
export async function admin(method, path, query = {}) {
  return dataOf(await request(method, `${adminPath}${path}?${new URLSearchParams(query)}`));
}

/** A call of the admin API with a body. @returns {Promise<any>} its data @throws {Refused} */
export async function adminPost(path, body) {
  const headers = { 'content-type': 'application/json' };
  return dataOf(await request('POST', adminPath + path, { body: JSON.stringify(body), headers }));
}

/** The photo that was kept of a face. @returns {Promise<Blob>} @throws {Refused} */
export async function facePhoto(collection, id, face) {
  const response = await request('GET', `${adminPath}/faces/${face}/photo?${new URLSearchParams({ collection, id })}`);
  if (response.headers.get('content-type')?.startsWith('image/')) return response.blob();
  return dataOf(response);
}

/** A proxy before the server answers by itself, and tells no reason. */
const reasonsOfProxies = { 413: 'body-size', 429: 'rate-limit', 502: 'no-answer', 503: 'no-answer', 504: 'no-answer' };

async function dataOf(response) {
  const body = await response.json().catch(() => ({}));
  if (response.status === 401 && session.status) {
    logOut();
    keyLost();
  }
  if (body.code !== '200') {
    const code = body.code ?? String(response.status);
    throw new Refused(code, body.data ?? '', body.reason ?? reasonsOfProxies[code] ?? '', body.photo);
  }
  return body.data;
}

/** A photo as the admin API takes it. @returns {Promise<string>} */
export function base64Of(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
