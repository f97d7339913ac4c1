import { fastify } from 'fastify';
import { describe, expect, it } from 'vitest';
import { requireKey } from '../../../src/http/plugins/auth.js';
import { callLimits } from '../../../src/http/plugins/rate-limit.js';
import {
  allPermissions,
  type Permission,
  parsePermissions,
  tenantPermissions,
} from '../../../src/persistence/keys/permissions.js';
import { fakeApp } from '../../support/fake-app.js';
import { field, file, form } from '../../support/multipart.js';
import { endpoints, sampleOf } from '../endpoints.js';

/** What each endpoint needs: a new one is added here on purpose. */
const needs: Record<string, Permission | 'any'> = {
  'POST /vision/ekyc/facesearch/v4/create': 'enrol',
  'POST /vision/ekyc/facesearch/v4/add': 'enrol',
  'POST /vision/ekyc/facesearch/v4/add_vector': 'enrol',
  'GET /vision/ekyc/facesearch/v4/list': 'list',
  'DELETE /vision/ekyc/facesearch/v4/delete_faces': 'delete',
  'DELETE /vision/ekyc/facesearch/v4/delete': 'delete',
  'DELETE /vision/ekyc/facesearch/v4/delete_collection': 'delete',
  'POST /vision/ekyc/facesearch/v4/search': 'search',
  'POST /vision/ekyc/facesearch/v4/search_no_crop': 'search',
  'POST /vision/ekyc/facesearch/v4/search_vector': 'search',
  'POST /vision/ekyc/facesearch/v4/extract_from_fm': 'search',
  'POST /vision/ekyc/facesearch/v4/extract_no_crop_from_fm': 'search',
  'POST /dmp/facesearch/v2/create': 'enrol',
  'POST /dmp/facesearch/v2/add': 'enrol',
  'GET /dmp/facesearch/v2/list': 'list',
  'DELETE /dmp/facesearch/v2/delete_faces': 'delete',
  'DELETE /dmp/facesearch/v2/delete': 'delete',
  'DELETE /dmp/facesearch/v2/delete_collection': 'delete',
  'POST /dmp/facesearch/v2/search': 'search',
  'POST /vision/ekyc/facematch/v4': 'search',
  'POST /dmp/checkface/v1': 'search',
  'GET /admin/v1/me': 'any',
  'POST /admin/v1/me/password': 'any',
  'POST /admin/v1/me/totp': 'any',
  'POST /admin/v1/me/totp/confirm': 'any',
  'POST /admin/v1/me/totp/remove': 'any',
  'GET /admin/v1/accounts': 'admin',
  'POST /admin/v1/accounts': 'admin',
  'POST /admin/v1/accounts/{account}/change': 'admin',
  'DELETE /admin/v1/accounts/{account}': 'admin',
  'GET /admin/v1/keys': 'admin',
  'POST /admin/v1/keys': 'admin',
  'DELETE /admin/v1/keys/{key}': 'admin',
  'GET /admin/v1/audit': 'admin',
  'GET /admin/v1/settings': 'operate',
  'GET /admin/v1/status': 'any',
  'GET /admin/v1/load': 'any',
  'GET /admin/v1/scale': 'any',
  'GET /admin/v1/collections': 'list',
  'GET /admin/v1/users': 'list',
  'GET /admin/v1/faces': 'list',
  'DELETE /admin/v1/faces/{face}': 'delete',
  'GET /admin/v1/faces/{face}/photo': 'list',
  'GET /admin/v1/faces/{face}/portrait': 'list',
  'GET /admin/v1/users.csv': 'list',
  'GET /admin/v1/users.xlsx': 'list',
  'POST /admin/v1/users/import': 'enrol',
  'POST /admin/v1/users/rename': 'enrol',
  'POST /admin/v1/users/merge': 'delete',
  'POST /admin/v1/users/move': 'enrol',
  'POST /admin/v1/users/delete': 'delete',
  'POST /admin/v1/users/restore': 'delete',
  'POST /admin/v1/collections/delete': 'delete',
  'POST /admin/v1/enrol': 'enrol',
  'POST /admin/v1/identify': 'search',
  'GET /admin/v1/unknown-people': 'list',
  'POST /admin/v1/unknown-people/name': 'delete',
  'GET /admin/v1/duplicates': 'list',
  'POST /admin/v1/duplicates': 'list',
  'POST /admin/v1/duplicates/dismiss': 'enrol',
  'POST /admin/v1/candidates': 'search',
  'POST /admin/v1/analyse': 'search',
  'POST /admin/v1/recognise': 'search',
  'GET /admin/v1/attendance': 'list',
  'GET /admin/v1/attendance/file': 'list',
  'GET /admin/v1/scales': 'operate',
  'POST /admin/v1/scales/calibrate': 'operate',
  'POST /admin/v1/scales/write': 'operate',
  'POST /admin/v1/scales/revert': 'operate',
  'GET /admin/v1/backups': 'operate',
  'POST /admin/v1/backups': 'operate',
  'GET /admin/v1/backups/{backup}/file': 'operate',
  'DELETE /admin/v1/backups/{backup}': 'operate',
  'GET /admin/v1/webhooks': 'admin',
  'POST /admin/v1/webhooks': 'admin',
  'DELETE /admin/v1/webhooks/{webhook}': 'admin',
  'POST /admin/v1/webhooks/{webhook}/retry': 'admin',
  'GET /admin/v1/dead-letters': 'admin',
};

/** What these need besides. */
const also: Record<string, Permission> = {
  'POST /admin/v1/users/merge': 'enrol',
  'POST /admin/v1/unknown-people/name': 'enrol',
};

const acme = { tenant: 'acme', collection: 'staff' };

/** An app in which the header holds the permissions of the caller. */
async function appForPermissions() {
  const fake = await fakeApp(
    {},
    { keys: { callerOf: async (key) => ({ keyId: key, tenant: 'acme', permissions: parsePermissions(key) }) } },
  );
  await fake.gallery.saveUser(acme, { id: 'u1', name: 'Mai' });
  await fake.gallery.addFace(acme, 'u1', Float32Array.of(1, ...Array(511).fill(0)));
  return fake;
}

const withoutReason = (permission: string) => ({
  status: 403,
  json: { data: `This api_key has no permission to ${permission}`, code: '403', reason: 'missing-permission' },
});

describe.each(endpoints.map((endpoint) => ({ ...endpoint, name: `${endpoint.method} ${endpoint.path}` })))(
  '$name',
  (endpoint) => {
    const need = needs[endpoint.name];

    it('says which permission it needs', () => {
      expect(need, 'the table above').toBeDefined();
      expect(endpoint.operation['x-permission']).toBe(need);
    });

    it('serves a key with that permission alone, and refuses one with all others', async () => {
      const { target, gallery } = await appForPermissions();
      const others = allPermissions.filter((permission) => permission !== need);
      if (need !== 'any') {
        const before = await gallery.listUsers(acme);
        const refused = await target.send({ ...sampleOf(endpoint), headers: { api_key: others.join() } });
        expect(refused).toMatchObject(withoutReason(need as string));
        expect(await gallery.listUsers(acme)).toEqual(before);
      }
      const one = [need === 'any' ? 'list' : need, also[endpoint.name]].filter(Boolean).join();
      const { status, json } = await target.send({ ...sampleOf(endpoint), headers: { api_key: one } });
      // Nobody gives others more than they have.
      expect(json.reason === 'more-than-own' ? 200 : status).toBe(200);
    });
  },
);

it('needs the permission to enrol, too, for a search that creates', async () => {
  const { target, gallery } = await appForPermissions();
  const search = (api_key: string) => {
    const body = form(field('create', 'true'), file('cos:0.1'));
    return target.send({ method: 'POST', path: '/search', headers: { api_key }, body });
  };
  expect(await search('search,list')).toMatchObject(withoutReason('enrol'));
  // As a read-only key was always answered.
  expect(await search('search')).toMatchObject({
    status: 403,
    json: { data: 'This api_key may only search and extract', code: '403', reason: 'read-only-key' },
  });
  expect(gallery.photos).toEqual([]);
  expect((await search('search,enrol')).json).toMatchObject({ code: '200', data: { new: true } });
});

it('does not build an app with an endpoint that says none', async () => {
  const app = fastify();
  const nobody = { callerOf: async () => undefined };
  requireKey(app, { keys: nobody, logins: { sessions: nobody }, limits: await callLimits(app, null, 0) });
  expect(() => app.get('/secret', async () => 'all')).toThrow('GET /secret does not say which permission it needs.');
  await app.close();
});

it('reads lists of permissions, and refuses what is none', () => {
  expect(parsePermissions('list, search')).toEqual(['search', 'list']);
  expect(parsePermissions('all')).toEqual(tenantPermissions);
  expect(parsePermissions('all,operate')).toEqual(allPermissions);
  for (const text of ['', ',', 'search,write']) {
    expect(() => parsePermissions(text)).toThrow('permissions are search, enrol, delete, list, admin, operate, or all');
  }
});
