/** Path of the twelve calls. */
export const basePath = '/vision/ekyc/facesearch/v4';
const facematchPath = '/vision/ekyc/facematch/v4';
const adminPath = '/admin/v1';

/** What is known of the log-in and the server, and the collection that pages work on. The key itself is in no place of the browser. */
export const session = {
  /** @type {any} */
  status: null,
  /** Who is logged in, as /admin/v1/me says. @type {any} */
  me: null,
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

/** @type {() => Promise<boolean>} */
let askAgain = async () => false;
/** @type {Promise<boolean> | undefined} */
let asking;

/**
 * Calls `ask` when the session has ended while the console is open. It resolves when somebody has logged in again: true
 * when requests go on where they were.
 */
export function whenSessionEnds(ask) {
  askAgain = ask;
}

/** Goes on with the session of this browser, where there is one. @returns {Promise<boolean>} @throws {Refused} */
export async function resume() {
  // Without the header of the console: the server answers to a stranger, with no error that the browser would note.
  const answer = await send('GET', `${adminPath}/me`, { headers: {} });
  const { reason } = await answer
    .clone()
    .json()
    .catch(() => ({}));
  if (reason === 'missing-api-key' || (await hasEnded(answer))) return false;
  await enter(await dataOf(answer));
  return true;
}

/**
 * Begins a session.
 * @param {object} secrets `key`, or `user` and `password` and perhaps `code`
 * @returns {Promise<boolean>} whether it is the one who was logged in before
 * @throws {Refused}
 */
export async function logIn(secrets) {
  const headers = { ...ours, 'content-type': 'application/json' };
  const answer = await send('POST', `${adminPath}/session`, { headers, body: JSON.stringify(secrets) });
  return enter(await dataOf(answer));
}

async function enter(me) {
  const isSame = session.me?.keyId === me.keyId && session.me.tenant === me.tenant;
  const status = await dataOf(await send('GET', `${adminPath}/status`, { headers: ours }));
  // What pages keep belongs to this object.
  session.status = isSame && session.status ? Object.assign(session.status, status) : status;
  if (!isSame) session.collection = '';
  session.me = me;
  return isSame;
}

/** Asks again what the log-in may do. @throws {Refused} */
export async function refreshMe() {
  await enter(await admin('GET', '/me'));
}

/** Whether the log-in has a permission; without one there is nothing that it lacks. @param {string} [permission] */
export function mayDo(permission) {
  return permission === undefined || session.status.permissions.includes(permission);
}

/** Ends the session. The page forgets it even where the server cannot be reached. */
export async function logOut() {
  await send('DELETE', `${adminPath}/session`, { headers: ours }).catch(() => undefined);
  forget();
}

/** Forgets who was logged in. */
export function forget() {
  session.status = null;
  session.me = null;
  session.collection = '';
}

/** No page of another site can add it, so the server knows that the request is ours. */
const ours = { 'x-requested-with': 'console' };

/**
 * A request of the session, whatever comes back.
 * @param {string} method
 * @param {string} path
 * @param {{body?: BodyInit | null, headers?: Record<string, string>}} [options]
 * @returns {Promise<Response>}
 */
export async function request(method, path, { body = null, headers = {} } = {}) {
  const options = { body, headers: { ...headers, ...ours } };
  const answer = await send(method, path, options);
  if (answer.status !== 401 || !session.status || !(await hasEnded(answer))) return answer;
  asking ??= askAgain().finally(() => {
    asking = undefined;
  });
  return (await asking) ? send(method, path, options) : answer;
}

async function hasEnded(answer) {
  const { reason } = await answer
    .clone()
    .json()
    .catch(() => ({}));
  return reason === 'session-ended' || reason === 'unknown-key';
}

/**
 * @param {string} method
 * @param {string} path
 * @param {{body?: BodyInit | null, headers: Record<string, string>}} options
 * @throws {Refused}
 */
async function send(method, path, options) {
  try {
    return await fetch(path, { method, ...options });
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
  if (body.code !== '200') {
    const code = body.code ?? String(response.status);
    throw new Refused(code, body.data ?? '', body.reason ?? reasonsOfProxies[code] ?? '', body.photo);
  }
  return body.data;
}

/** Bytes of the largest photo that the server takes. */
const MAX_PHOTO = 5 * 1024 * 1024;

/** Spares the way to the server. @throws {Refused} as it would */
export function refuseTooLarge(photo) {
  if (photo.size > MAX_PHOTO) throw new Refused('400', 'The photo is larger than 5 MB.', 'image-size');
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
