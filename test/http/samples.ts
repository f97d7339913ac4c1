import { faceOf } from '../support/fakes.js';
import { field, file, type PartInit } from '../support/multipart.js';

const staff = field('collection', 'staff');
const id = field('id', 'u1');
const vector = Array.from(faceOf(1));
const photo = Buffer.from('cos:1').toString('base64');
const user = '?collection=staff&id=u1';
const twoPhotos = ['cos:1', 'cos:0.9'].map((word) => ({ ...file(word), name: 'file[]' }));

interface Sample {
  query?: string;
  parts?: readonly PartInit[];
  json?: object;
  /** Where it cannot succeed with one user, or with what the tests have below HTTP. */
  code?: '404' | '409';
}

/**
 * A request for each endpoint, as telling or as harmful as it allows, that succeeds where the collection `staff` has a user
 * `u1` who looks like `cos:1`. The tests of keys, tenants, audit and documentation send them all.
 */
export const samples: Record<string, Sample> = {
  'POST /vision/ekyc/facesearch/v4/create': { parts: [staff, id, field('name', 'Intruder')] },
  'POST /vision/ekyc/facesearch/v4/add': { parts: [staff, id, file('cos:0.2')] },
  'POST /vision/ekyc/facesearch/v4/add_vector': { parts: [staff, id, field('vector', JSON.stringify(vector))] },
  'GET /vision/ekyc/facesearch/v4/list': { query: '?collection=staff' },
  'DELETE /vision/ekyc/facesearch/v4/delete_faces': { parts: [staff, id] },
  'DELETE /vision/ekyc/facesearch/v4/delete': { parts: [staff, id] },
  'DELETE /vision/ekyc/facesearch/v4/delete_collection': { parts: [staff] },
  'POST /vision/ekyc/facesearch/v4/search': { parts: [staff, file('cos:1'), field('threshold', '0')] },
  'POST /vision/ekyc/facesearch/v4/search_no_crop': { parts: [staff, file('cos:1'), field('threshold', '0')] },
  'POST /vision/ekyc/facesearch/v4/search_vector': {
    parts: [staff, field('vector', JSON.stringify(vector)), field('threshold', '0')],
  },
  'POST /vision/ekyc/facesearch/v4/extract_from_fm': { parts: [staff, file('cos:1')] },
  'POST /vision/ekyc/facesearch/v4/extract_no_crop_from_fm': { parts: [staff, file('cos:1')] },
  'POST /dmp/facesearch/v2/create': { parts: [staff, id, field('name', 'Intruder')] },
  'POST /dmp/facesearch/v2/add': { parts: [staff, id, file('cos:0.2')] },
  'GET /dmp/facesearch/v2/list': { query: '?collection=staff' },
  'DELETE /dmp/facesearch/v2/delete_faces': { parts: [staff, id] },
  'DELETE /dmp/facesearch/v2/delete': { parts: [staff, id] },
  'DELETE /dmp/facesearch/v2/delete_collection': { parts: [staff] },
  'POST /dmp/facesearch/v2/search': { parts: [staff, file('cos:1'), field('threshold', '0')] },
  'POST /vision/ekyc/facematch/v4': { parts: [...twoPhotos] },
  'POST /dmp/checkface/v1': { parts: [...twoPhotos] },
  'GET /admin/v1/me': {},
  'POST /admin/v1/me/password': { json: { old: 'a', password: 'b' } },
  'POST /admin/v1/me/totp': { json: { password: 'a' } },
  'POST /admin/v1/me/totp/confirm': { json: { code: '123456' } },
  'POST /admin/v1/me/totp/remove': { json: { password: 'a' } },
  'GET /admin/v1/accounts': {},
  'POST /admin/v1/accounts': { json: { name: 'intruder', role: 'clerk', password: 'correct horse battery' } },
  'POST /admin/v1/accounts/{account}/change': { json: { role: 'clerk' } },
  'DELETE /admin/v1/accounts/{account}': {},
  'GET /admin/v1/keys': {},
  'POST /admin/v1/keys': { json: { label: 'of the intruder', permissions: ['search'] } },
  'DELETE /admin/v1/keys/{key}': {},
  'GET /admin/v1/audit': {},
  'GET /admin/v1/settings': {},
  'GET /admin/v1/status': {},
  'GET /admin/v1/load': {},
  'GET /admin/v1/scale': {},
  'GET /admin/v1/scales': { code: '409' },
  'POST /admin/v1/scales/calibrate': { code: '409' },
  'POST /admin/v1/scales/write': { code: '409' },
  'POST /admin/v1/scales/revert': { json: { from: 1 }, code: '409' },
  'GET /admin/v1/backups': { code: '409' },
  'POST /admin/v1/backups': { code: '409' },
  'GET /admin/v1/backups/{backup}/file': { code: '409' },
  'DELETE /admin/v1/backups/{backup}': { code: '409' },
  'GET /admin/v1/collections': {},
  'GET /admin/v1/users': { query: '?collection=staff' },
  'GET /admin/v1/faces': { query: user },
  'DELETE /admin/v1/faces/{face}': { query: user },
  'GET /admin/v1/faces/{face}/photo': { query: user, code: '404' },
  'GET /admin/v1/faces/{face}/portrait': { query: user, code: '404' },
  'GET /admin/v1/users.csv': { query: '?collection=staff' },
  'GET /admin/v1/users.xlsx': { query: '?collection=staff' },
  'POST /admin/v1/users/import': {
    json: { collection: 'staff', file: Buffer.from('id,name\nu1,Intruder\n').toString('base64') },
  },
  'POST /admin/v1/users/rename': { json: { collection: 'staff', id: 'u1', to: 'u2' } },
  'POST /admin/v1/users/merge': { json: { collection: 'staff', id: 'u1', from: ['u2'] }, code: '404' },
  'POST /admin/v1/users/move': { json: { collection: 'staff', ids: ['u1'], to: 'visitors', copy: true } },
  'POST /admin/v1/users/delete': { json: { collection: 'staff', ids: ['u1'] } },
  'POST /admin/v1/users/restore': {
    json: { collection: 'staff', undo: '7b3f4a52-9d0e-4c1b-8f6a-2e5d7c9b1a34' },
    code: '404',
  },
  'POST /admin/v1/collections/delete': { json: { collection: 'staff', confirm: 'staff' } },
  'POST /admin/v1/enrol': { json: { collection: 'staff', id: 'u1', name: 'Intruder', vector, check: 'off' } },
  'GET /admin/v1/unknown-people': { query: '?collection=staff' },
  'POST /admin/v1/unknown-people/name': { json: { collection: 'staff', ids: ['u1'], id: 'u1', name: 'Intruder' } },
  'GET /admin/v1/duplicates': { query: '?collection=staff' },
  'POST /admin/v1/duplicates': { json: { collection: 'staff' } },
  'POST /admin/v1/duplicates/dismiss': { json: { collection: 'staff', ids: ['u1', 'u2'] }, code: '404' },
  'POST /admin/v1/candidates': { json: { collection: 'staff', vector } },
  'POST /admin/v1/identify': {
    json: { collection: 'staff', photo: Buffer.from('group:1,0.2').toString('base64'), threshold: 0 },
  },
  'POST /admin/v1/analyse': { json: { photo } },
  'POST /admin/v1/recognise': { json: { collection: 'staff', photos: [photo, photo], looks: 2, attendance: true } },
  'GET /admin/v1/attendance': { query: '?collection=staff' },
  'GET /admin/v1/attendance/file': { query: '?collection=staff' },
  'GET /admin/v1/webhooks': {},
  'POST /admin/v1/webhooks': { json: { url: 'https://example.com/facesearch' } },
  'DELETE /admin/v1/webhooks/{webhook}': {},
  'POST /admin/v1/webhooks/{webhook}/retry': {},
  'GET /admin/v1/dead-letters': {},
};
