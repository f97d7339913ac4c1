import { admin, facePhoto, mayDo, session } from '../session.js';

/** Addresses of the portraits that were shown, by collection and id. */
const known = new Map();

/** The picture that was kept of somebody, as an address; undefined where there is none, or the key may not see it. */
export async function portraitOf(id) {
  const { collection, status } = session;
  if (!mayDo('list') || status.keepPhotos === 'off') return undefined;
  const name = JSON.stringify([status.tenant, collection, id]);
  if (known.has(name)) return known.get(name);
  try {
    const faces = await admin('GET', '/faces', { collection, id });
    const face = faces.find(({ hasPhoto }) => hasPhoto);
    const url = face && URL.createObjectURL(await facePhoto(collection, id, face.face));
    known.set(name, url);
    return url;
  } catch {
    return undefined;
  }
}
