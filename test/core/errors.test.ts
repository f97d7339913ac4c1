import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { allReasons, FaceSearchError, type Reason } from '../../src/core/errors.js';
import { projectRoot } from '../../src/util/paths.js';

test('a reason is in kebab case and belongs to one row of the table', () => {
  const reasons = allReasons().map(({ reason }) => reason);
  for (const reason of reasons) expect(reason).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
  expect(new Set(reasons).size).toBe(reasons.length);
});

// Clients and stored import states hold these: one that was published is never renamed, and keeps its code.
test('the reasons that the contract names are there, with the codes and texts that clients compare', () => {
  const rows = new Map(allReasons().map(({ reason, code, text }) => [reason, `${code} ${text}`]));
  const fixed = {
    '404 Not found': ['not-found'],
    '407 No face detected': ['no-face', 'not-a-face', 'face-too-small'],
    '407 More than 1 faces detected': ['many-faces'],
    '410 Photo is id card': ['id-card'],
    '406 Photo not contains full face, too close; wearing mask, sunglasses or hat': [
      'too-close',
      'mask',
      'sunglasses',
      'hat',
    ],
  } satisfies Record<string, Reason[]>;
  for (const [row, reasons] of Object.entries(fixed)) {
    for (const reason of reasons) expect(rows.get(reason as Reason), reason).toBe(row);
  }
  const named: Reason[] = ['image-format', 'image-size', 'image-resolution', 'image-damaged', 'image-base64'];
  for (const reason of [...named, 'threshold-range'] as const) expect(rows.get(reason)).toMatch(/^400 /);
  expect(rows.get('missing-id')).toBe('412 Missing id');
});

test('an error has the text of its reason, with the values of the request in it', () => {
  const small = { width: 320, height: 240, leastWidth: 640, leastHeight: 480 };
  const refused = new FaceSearchError('BAD_INPUT', 'image-resolution', small);
  expect(refused.message).toBe('The image is 320x240 pixels: send one of at least 640x480.');
  expect(refused).toMatchObject({ reason: 'image-resolution', code: 400, realStatus: false });
  expect(FaceSearchError.from({ errorName: 'BAD_INPUT', reason: 'image-resolution', values: small })).toMatchObject({
    message: refused.message,
    reason: 'image-resolution',
  });
});

test('a name with one reason needs no other', () => {
  expect(new FaceSearchError('FACE_NOT_FOUND')).toMatchObject({
    reason: 'face-not-found',
    code: 404,
    realStatus: false,
  });
});

test.each(['nginx.conf', 'nginx.scale.conf'])('each own error of %s has a reason of the table', (name) => {
  const config = readFileSync(join(projectRoot, 'deploy', name), 'utf8');
  const replies = [...config.matchAll(/return (\d{3}) '(\{.*\})';/g)];
  expect(replies.length).toBeGreaterThan(0);
  for (const [, status, body = ''] of replies) {
    const { code, reason } = JSON.parse(body) as { code: string; reason: string };
    expect(code).toBe(status);
    expect(allReasons().find((row) => row.reason === reason)?.code, reason).toBe(Number(status));
  }
});
