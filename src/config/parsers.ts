import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { z } from 'zod';
import { DataKey } from '../persistence/encryption/data-key.js';
import { parseApiKeys } from '../persistence/keys/api-keys.js';
import { urlsOfHosts } from '../persistence/people/postgres/hosts.js';

/** Pixels; null where the check is off. */
export type Resolution = { width: number; height: number } | null;

export function text() {
  return z.string();
}

export function choice<const Names extends readonly [string, ...string[]]>(...names: Names) {
  return z.enum(names, { error: `must be one of ${names.join(', ')}` });
}

/** What the function makes of the text, or a problem with the message that it throws. */
function parsed<T>(parse: (text: string) => T) {
  return z.string().transform((value, context): T => {
    try {
      return parse(value);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
      return z.NEVER;
    }
  });
}

/** A whole number from `min` to `max`. */
export function integer(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, { error })
    .transform(Number)
    .refine((value) => value >= min && value <= max, { error });
}

/** A number from 0 to 1. */
export function fraction() {
  const error = 'must be a number from 0 to 1';
  return z
    .string()
    .regex(/^(?:\d+\.?\d*|\.\d+)$/, { error })
    .transform(Number)
    .refine((value) => value <= 1, { error });
}

/** `640x480`, or `0` for no limit. */
export function resolution() {
  return z
    .string()
    .regex(/^(?:0|[1-9]\d{0,4}x[1-9]\d{0,4})$/i, { error: 'must look like 640x480, or be 0 for no limit' })
    .transform((value): Resolution => {
      const [width, height] = value.toLowerCase().split('x').map(Number);
      return width && height ? { width, height } : null;
    });
}

/** See parseApiKeys: keys leave here as hashes, and the messages hold a position, never a key. */
export function apiKeys() {
  return parsed(parseApiKeys);
}

/** `*`, or a comma-separated list of origins such as `https://example.com`. */
export function corsOrigins() {
  return parsed((value): '*' | string[] => {
    const origins = value
      .split(',')
      .map((origin) => origin.trim())
      .filter(Boolean);
    if (origins.length === 1 && origins[0] === '*') return '*';
    if (origins.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin)) return origins;
    throw new Error('must be * or a comma-separated list of origins such as https://example.com');
  });
}

/** A URL such as `postgres://user:password@host:5432/name`. */
export function postgresUrl() {
  const isUrl = (value: string) =>
    /^postgres(?:ql)?:\/\/[^/]+\/./.test(value) && urlsOfHosts(value).every((each) => URL.canParse(each));
  return z.string().refine(isUrl, {
    error: 'must look like postgres://user:password@host:5432/name',
  });
}

/** See DataKey.parse. */
export function dataKey() {
  return parsed((text) => DataKey.parse(text));
}

/** The path of a file that holds a data key, as text. */
export function dataKeyFile() {
  return fileContent().pipe(dataKey());
}

/** A secret without spaces. */
export function secret() {
  const error = 'must be printable ASCII without spaces';
  return z
    .string()
    .transform((value) => value.trim())
    .refine((value) => /^[\x21-\x7e]+$/.test(value), { error });
}

/** The path of a file that holds a secret. */
export function secretFile() {
  return fileContent().pipe(secret());
}

function fileContent() {
  return parsed((path) => {
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      throw new Error(`must be a file that this process can read (${(error as NodeJS.ErrnoException).code})`);
    }
  });
}

/** `https://host` or `http://host:port`, without a path. */
export function httpOrigin() {
  return z
    .string()
    .transform((value) => value.replace(/\/$/, ''))
    .refine(
      (value) => /^https?:\/\//.test(value) && URL.canParse(value) && !/[/?#@]/.test(value.split('//')[1] ?? ''),
      {
        error: 'must look like https://s3.eu-central-1.amazonaws.com or http://minio:9000',
      },
    );
}

/** The name of a bucket, by the rules of S3. */
export function bucketName() {
  return z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, {
    error: 'must be 3 to 63 small letters, digits, dots and hyphens',
  });
}

/** Calls in a span of time; null where there is no limit. */
export type RateLimit = { calls: number; milliseconds: number } | null;

const spans: Record<string, number> = { s: 1000, min: 60_000, h: 3_600_000 };

/** `100/s`, `600/min`, `5000/h`, or `0` for no limit. */
export function rateLimit() {
  return z
    .string()
    .regex(/^(?:0|[1-9]\d{0,8}\/(?:s|min|h))$/, {
      error: 'must look like 100/s, 600/min or 5000/h, or be 0 for no limit',
    })
    .transform((value): RateLimit => {
      const [calls, span] = value.split('/');
      return span === undefined ? null : { calls: Number(calls), milliseconds: spans[span] ?? 0 };
    });
}

const networkNames = new Set(['loopback', 'linklocal', 'uniquelocal']);

/** A comma-separated list of addresses, networks such as `10.0.0.0/8`, and names of networks. */
export function proxies() {
  return z
    .string()
    .transform((value) => value.split(',').map((item) => item.trim()))
    .refine((items) => items.every((item) => networkNames.has(item) || isNetwork(item)), {
      error:
        'must be a comma-separated list of addresses, networks such as 10.0.0.0/8, loopback, linklocal, uniquelocal',
    });
}

/** A comma-separated list of addresses and networks such as `10.0.0.0/8`; empty is none. */
export function networks() {
  return z
    .string()
    .transform((value) =>
      value
        .split(',')
        .map((item) => item.trim())
        .filter(Boolean),
    )
    .refine((items) => items.every(isNetwork), {
      error: 'must be a comma-separated list of addresses and networks such as 192.168.1.0/24',
    });
}

/** `mqtt://host:1883`, or `mqtts://user:password@host:8883`. */
export function mqttUrl() {
  return z
    .string()
    .transform((value) => value.trim())
    .refine((value) => /^mqtts?:\/\/[^/]+\/?$/.test(value) && URL.canParse(value), {
      error: 'must look like mqtt://user:password@host:1883, or mqtts://…',
    });
}

/** The path of a file that holds such a URL. */
export function mqttUrlFile() {
  return fileContent().pipe(mqttUrl());
}

/** `https://host/path?query`, or with http. */
export function httpUrl() {
  return z
    .string()
    .transform((value) => value.trim())
    .refine((value) => /^https?:\/\//.test(value) && URL.canParse(value), {
      error: 'must be an http or https URL',
    });
}

/** The path of a file that holds such a URL. */
export function httpUrlFile() {
  return fileContent().pipe(httpUrl());
}

/** A name of the IANA time zone database. */
export function timeZone() {
  return z.string().refine(isTimeZone, { error: 'must be a time zone such as Asia/Ho_Chi_Minh' });
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** What topics of MQTT begin with. */
export function topic() {
  return z.string().regex(/^[^\s/#+$][^\s#+]{0,99}(?<!\/)$/, {
    error: 'must be a topic without #, +, spaces, and slashes at its ends',
  });
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}
