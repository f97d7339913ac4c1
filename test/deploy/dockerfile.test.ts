import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../src/util/paths.js';
import { serverVersion } from '../../src/util/version.js';

const text = readFileSync(join(projectRoot, 'Dockerfile'), 'utf8');
const ignored = readFileSync(join(projectRoot, '.dockerignore'), 'utf8').split('\n');

describe('the Dockerfile', () => {
  it('the Dockerfile builds on one exact version, which another image may replace', () => {
    expect(text).toMatch(/^ARG BASE=node:\d+\.\d+\.\d+-[\w-]+(@sha256:[0-9a-f]{64})?$/m);
    expect(text.match(/^FROM .*/gm)).toEqual([`FROM \${BASE} AS build`, `FROM \${BASE}`]);
    // It would be pulled from a public registry before anything is built.
    expect(text).not.toMatch(/^# *syntax=/m);
  });

  it('the Dockerfile copies files that exist and that .dockerignore allows', () => {
    const copied = [...text.matchAll(/^COPY (?!--from)(?:--chmod=\d+ )?(.*) \S+$/gm)].flatMap(([, names = '']) =>
      names.split(' '),
    );
    expect(copied.length).toBeGreaterThan(5);
    for (const name of copied) {
      expect(existsSync(join(projectRoot, name)), name).toBe(true);
      expect(
        ignored.some((line) => line === `!${name}` || line.startsWith(`!${name}/`)),
        name,
      ).toBe(true);
    }
  });

  it("the Dockerfile keeps the runtime of the image's architecture only", () => {
    expect(text).toContain('node --print process.arch');
    expect(text).not.toMatch(/\b(x64|amd64|x86_64|arm64|aarch64)\b/);
  });

  it('the Dockerfile labels the image, and switches telemetry off', () => {
    expect(text).toContain(`org.opencontainers.image.version="${serverVersion}"`);
    expect(text).toContain('org.opencontainers.image.licenses="MIT"');
    const image = text.slice(text.lastIndexOf('FROM '));
    expect(image).toContain('ORT_DISABLE_TELEMETRY=1');
    expect(image).toMatch(/^COPY LICENSE /m);
  });
});
