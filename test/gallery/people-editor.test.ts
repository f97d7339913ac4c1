import { randomUUID } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { DataKey } from '../../src/persistence/encryption/data-key.js';
import { pendingKeys } from '../persistence/pending-keys.js';
import { useTestDatabase } from '../support/test-database.js';
import { RandomVectors } from '../vector-index/random-vectors.js';
import { openGallery } from './gallery-fixture.js';
import { openDatabaseGallery } from './pgvector-gallery-fixture.js';

const database = useTestDatabase();
const staff = { tenant: 'acme', collection: 'staff' };
const visitors = { tenant: 'acme', collection: 'visitors' };
const theirs = { tenant: 'globex', collection: 'staff' };
const minutes = (n: number) => new Date(Date.now() + n * 60_000);

describe.each([
  ['in memory', () => openGallery()],
  ['in memory, encrypted rows', () => openGallery(undefined, {}, DataKey.parse('4'.repeat(64)))],
  ['in PostgreSQL', () => openDatabaseGallery(database())],
])('%s', (_name, open) => {
  /** Anna has two faces, one with a photo; Ben and somebody of another tenant have one each with a photo. */
  async function opened() {
    const parts = await open();
    const random = new RandomVectors(5);
    const faces = Array.from({ length: 4 }, () => random.unit(512)) as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const { gallery, objects, store } = parts;
    await gallery.saveUser(staff, { id: 'a1', name: 'Anna' });
    await gallery.saveUser(staff, { id: 'b1', name: 'Ben' });
    await gallery.saveUser(theirs, { id: 'a1', name: 'Theirs' });
    await gallery.addFace(staff, 'a1', faces[0], Buffer.from('photo of Anna'));
    await gallery.addFace(staff, 'a1', faces[1]);
    await gallery.addFace(staff, 'b1', faces[2], Buffer.from('photo of Ben'));
    await gallery.addFace(theirs, 'a1', faces[3], Buffer.from('theirs'));
    const found = async (where: typeof staff, face: Float32Array) => {
      const best = await gallery.search(where, face);
      return best && best.similarity > 0.99 ? best.id : undefined;
    };
    const photos = async () => {
      const all: string[] = [];
      for await (const key of objects.keys()) all.push((await objects.get(key))?.toString() ?? '');
      return all.sort();
    };
    return { ...parts, editor: gallery.editor, faces, found, photos, pending: () => pendingKeys(store) };
  }

  test('a renamed user keeps faces and place, and an id that is taken or looks the same is refused', async () => {
    const { editor, gallery, faces, found, store } = await opened();
    await editor.rename(staff, 'a1', 'Huệ');
    expect(await store.listUsers(staff)).toEqual([
      { id: 'Huệ', name: 'Anna' },
      { id: 'b1', name: 'Ben' },
    ]);
    expect(await found(staff, faces[1])).toBe('Huệ');
    await expect(editor.rename(staff, 'b1', 'Huệ')).rejects.toMatchObject({ reason: 'id-taken' });
    await expect(editor.rename(staff, 'b1', 'Huệ'.normalize('NFD'))).rejects.toMatchObject({ reason: 'id-conflict' });
    await expect(editor.rename(staff, 'nobody', 'x')).rejects.toMatchObject({ reason: 'user-not-found' });
    // Of its own id a user may take another form.
    await editor.rename(staff, 'Huệ', 'Huệ'.normalize('NFD'));
    await editor.rename(staff, 'Huệ'.normalize('NFD'), 'a2');
    await gallery.saveUser(staff, { id: 'Huệ', name: 'Another' });
    expect(await store.listUsers(theirs)).toEqual([{ id: 'a1', name: 'Theirs' }]);
  });

  test('merged users are one, found by all of their faces, whose photos stay and go with it', async () => {
    const { editor, gallery, directory, store, faces, found, photos, pending } = await opened();
    const before = await directory.faces(staff, 'b1');
    const day = '2027-01-31';
    const at = (minute: number) => new Date(`${day}T08:0${minute}:00.000Z`);
    for (const [id, minute] of [
      ['a1', 2],
      ['b1', 1],
      ['b1', 5],
    ] as const)
      await store.attendance.seen(staff, id, day, at(minute));
    await expect(editor.merge(staff, 'a1', ['b1', 'nobody'])).rejects.toMatchObject({ reason: 'user-not-found' });
    expect(await store.listUsers(staff)).toHaveLength(2);
    expect(await editor.merge(staff, 'a1', ['b1'], 'Anna Lê')).toEqual({ id: 'a1', name: 'Anna Lê', faces: 3 });
    expect(await store.listUsers(staff)).toEqual([{ id: 'a1', name: 'Anna Lê' }]);
    for (const face of faces.slice(0, 3)) expect(await found(staff, face)).toBe('a1');
    expect(await directory.faces(staff, 'a1')).toEqual(expect.arrayContaining(before));
    expect(await store.attendance.list(staff, day, { offset: 0, limit: 9 })).toMatchObject({
      total: 1,
      lines: [{ user: { id: 'a1' }, first: at(1), last: at(5) }],
    });
    // What is read anew from the rows says the same.
    const [person] = await store.peopleWithFaces((await store.listCollections())[0]?.collectionId ?? 0, 'm1', 0, 10);
    const [read] = await store.newestFaces(person ? [person] : [], 'm1');
    expect(read?.faces.map(({ embedding }) => embedding)).toEqual(faces.slice(0, 3));
    await expect.poll(photos).toEqual(['photo of Anna', 'photo of Ben', 'theirs']);
    await gallery.deleteUser(staff, 'a1');
    await expect.poll(photos).toEqual(['theirs']);
    await expect.poll(pending).toEqual([]);
    expect(await found(theirs, faces[3])).toBe('a1');
  });

  test('moved users are found where they are, copied ones in both places, each with photos of its own', async () => {
    const { editor, gallery, faces, found, photos, pending, store } = await opened();
    expect(await editor.move(staff, ['a1', 'nobody'], 'visitors', false)).toMatchObject({
      done: ['a1'],
      failed: [{ id: 'nobody', error: { reason: 'user-not-found' } }],
    });
    expect(await found(visitors, faces[0])).toBe('a1');
    expect(await found(staff, faces[0])).not.toBe('a1');
    expect(await store.listUsers(staff)).toEqual([{ id: 'b1', name: 'Ben' }]);
    await expect.poll(photos).toEqual(['photo of Anna', 'photo of Ben', 'theirs']);

    expect(await editor.move(staff, ['b1'], 'visitors', true)).toMatchObject({ done: ['b1'], failed: [] });
    expect(await found(staff, faces[2])).toBe('b1');
    expect(await found(visitors, faces[2])).toBe('b1');
    await expect.poll(photos).toEqual(['photo of Anna', 'photo of Ben', 'photo of Ben', 'theirs']);
    await expect.poll(pending).toEqual([]);
    for (const isCopy of [true, false])
      expect(await editor.move(staff, ['b1'], 'visitors', isCopy)).toMatchObject({
        failed: [{ id: 'b1', error: { reason: 'id-taken' } }],
      });
    await gallery.deleteCollection(visitors);
    await expect.poll(photos).toEqual(['photo of Ben', 'theirs']);
    expect(await found(staff, faces[2])).toBe('b1');
  });

  test('who is deleted can be brought back, and nothing shows them meanwhile', async () => {
    const { editor, gallery, directory, faces, found, photos, pending, store } = await opened();
    const { bin, ...outcome } = await editor.remove(staff, ['a1', 'a1', 'nobody'], 10);
    expect(outcome).toMatchObject({ done: ['a1'], failed: [{ id: 'nobody' }] });
    const token = bin?.token ?? '';
    expect(await store.listUsers(staff)).toEqual([{ id: 'b1', name: 'Ben' }]);
    expect(await directory.collections('acme')).toEqual([{ collection: 'staff', users: 1, faces: 1 }]);
    expect(await found(staff, faces[0])).not.toBe('a1');
    await expect(editor.restore(theirs, token)).rejects.toMatchObject({ reason: 'undo-over' });
    await expect(editor.restore(staff, randomUUID())).rejects.toMatchObject({ reason: 'undo-over' });
    await gallery.saveUser(staff, { id: 'a1', name: 'A new one' });
    expect(await editor.restore(staff, token)).toMatchObject({ failed: [{ id: 'a1', error: { reason: 'id-taken' } }] });
    await editor.rename(staff, 'a1', 'a2');
    expect(await editor.restore(staff, token)).toMatchObject({ done: ['a1'], failed: [] });
    await expect(editor.restore(staff, token)).rejects.toMatchObject({ reason: 'undo-over' });
    for (const face of faces.slice(0, 2)) expect(await found(staff, face)).toBe('a1');
    const [kept, bare] = await directory.faces(staff, 'a1');
    expect(await directory.photo(staff, 'a1', kept?.faceId ?? 0)).toEqual(Buffer.from('photo of Anna'));
    expect(bare?.objectKey).toBeUndefined();
    await expect.poll(photos).toHaveLength(3);
    await expect.poll(pending).toEqual([]);
  });

  test('who was put aside is erased with photos when the time is over, or when somebody erases id or collection', async () => {
    const { editor, gallery, store, photos, pending } = await opened();
    const { bin } = await editor.remove(staff, ['a1'], 10);
    expect(await store.changes.eraseRecycled(minutes(9))).toBe(0);
    expect(await store.changes.eraseRecycled(minutes(11))).toBe(1);
    await expect(editor.restore(staff, bin?.token ?? '')).rejects.toMatchObject({ reason: 'undo-over' });
    await expect.poll(pending).toHaveLength(1);

    // The erasure that a client asks for is one, also of who was put aside.
    const second = await editor.remove(staff, ['b1'], 10);
    await expect(gallery.deleteUser(staff, 'b1')).rejects.toMatchObject({ reason: 'user-not-found' });
    await expect(editor.restore(staff, second.bin?.token ?? '')).rejects.toMatchObject({ reason: 'undo-over' });
    const third = await editor.remove(theirs, ['a1'], 10);
    await gallery.deleteCollection(staff);
    await expect.poll(photos).toEqual(['theirs']);
    expect(await editor.restore(theirs, third.bin?.token ?? '')).toMatchObject({ done: ['a1'] });
    // Without a time it is erased now.
    expect(await editor.remove(theirs, ['a1'], 0)).toEqual({ done: ['a1'], failed: [] });
    await expect.poll(photos).toEqual([]);
    await expect.poll(pending).toEqual([]);
  });

  test('a portrait is made once, changes with the face and is erased with it', async () => {
    const { editor, directory, gallery, objects, photos, pending, faces } = await opened();
    const [face] = await directory.faces(staff, 'a1');
    const faceId = face?.faceId ?? 0;
    let made = 0;
    const make = async (photo: Buffer) => Buffer.from(`small ${photo} ${++made}`);
    const of = (where: typeof staff, userId: string, id: number, known?: string) =>
      directory.portrait({ collection: where, userId, faceId: id }, make, known);
    const [one, other] = await Promise.all([of(staff, 'a1', faceId), of(staff, 'a1', faceId)]);
    expect(one).toEqual(other);
    expect(one.picture?.toString()).toBe('small photo of Anna 1');
    expect((await of(staff, 'a1', faceId)).picture).toEqual(one.picture);
    expect(await of(staff, 'a1', faceId, one.tag)).toEqual({ tag: one.tag, picture: undefined });
    await expect(of(theirs, 'a1', faceId)).rejects.toMatchObject({ reason: 'face-not-found' });
    await expect(of(staff, 'a1', faceId + 1)).rejects.toMatchObject({ reason: 'photo-not-found' });
    await expect.poll(photos).toContain('small photo of Anna 1');
    await expect.poll(pending).toEqual([]);

    // Erased while it is made.
    const [ben] = await directory.faces(staff, 'b1');
    const late = directory.portrait({ collection: staff, userId: 'b1', faceId: ben?.faceId ?? 0 }, async (photo) => {
      await gallery.deleteUser(staff, 'b1');
      return photo;
    });
    await expect(late).rejects.toMatchObject({ reason: 'photo-not-found' });
    await gallery.deleteFace(staff, 'a1', faceId);
    await expect.poll(photos).toEqual(['theirs']);
    await gallery.addFace(staff, 'a1', faces[0], Buffer.from('another'));
    const next = (await directory.faces(staff, 'a1')).at(-1)?.faceId ?? 0;
    const again = await of(staff, 'a1', next);
    expect(again.tag).not.toBe(one.tag);
    await editor.remove(staff, ['a1'], 0);
    const left = async () => {
      const keys: string[] = [];
      for await (const key of objects.keys()) keys.push(key);
      return keys;
    };
    await expect.poll(left).toEqual([expect.stringMatching(/^faces\//)]);
  });

  test('a portrait that is written after a sweep looked for it is erased', async () => {
    const { directory, gallery, objects, photos, pending } = await opened();
    const [ben] = await directory.faces(staff, 'b1');
    const put = objects.put.bind(objects);
    vi.spyOn(objects, 'put').mockImplementationOnce(async (key, portrait) => {
      await gallery.deleteUser(staff, 'b1');
      await expect.poll(pending).toEqual([]);
      await put(key, portrait);
    });
    const late = directory.portrait({ collection: staff, userId: 'b1', faceId: ben?.faceId ?? 0 }, async () =>
      Buffer.from('portrait of Ben'),
    );
    await expect(late).rejects.toMatchObject({ reason: 'photo-not-found' });
    expect(await photos()).toEqual(['photo of Anna', 'theirs']);
  });

  test('several users are saved at once, and one that cannot be stops no other', async () => {
    const { editor, store } = await opened();
    const users = [
      { id: 'Huệ', name: 'Huệ' },
      { id: 'Huệ'.normalize('NFD'), name: 'Another' },
      { id: 'a1', name: 'Anne' },
      { id: 'b1', name: 'Ben' },
      { id: 'Huệ', name: 'Huệ Ngô' },
    ];
    const outcomes = ['created', 'id-conflict', 'renamed', 'unchanged', 'renamed'];
    expect(await editor.saveUsers(staff, users)).toEqual(outcomes);
    expect(await store.listUsers(staff)).toEqual([
      { id: 'a1', name: 'Anne' },
      { id: 'b1', name: 'Ben' },
      { id: 'Huệ', name: 'Huệ Ngô' },
    ]);
    expect(await editor.saveUsers(visitors, [])).toEqual([]);
  });
});
