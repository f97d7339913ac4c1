import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type ConfiguredKey, parseApiKeys } from './store/api-keys.js';
import { DataKey } from './store/data-key.js';

/** Pixels; null where the check is off. */
export type Resolution = { width: number; height: number } | null;

export function text() {
  return z.string();
}

export function choice<const Names extends readonly [string, ...string[]]>(...names: Names) {
  return z.enum(names, { error: `must be one of ${names.join(', ')}` });
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
  return z.string().transform((value, context): ConfiguredKey[] => {
    try {
      return parseApiKeys(value);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message.replace(/^API_KEYS: /, '') });
      return z.NEVER;
    }
  });
}

/** `*`, or a comma-separated list of origins such as `https://example.com`. */
export function corsOrigins() {
  return z.string().transform((value, context): '*' | string[] => {
    const origins = value
      .split(',')
      .map((origin) => origin.trim())
      .filter(Boolean);
    if (origins.length === 1 && origins[0] === '*') return '*';
    if (origins.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin)) return origins;
    context.addIssue({
      code: 'custom',
      message: 'must be * or a comma-separated list of origins such as https://example.com',
    });
    return z.NEVER;
  });
}

/** See DataKey.parse. */
export function dataKey() {
  return z.string().transform((value, context): DataKey => {
    try {
      return DataKey.parse(value);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
      return z.NEVER;
    }
  });
}

/** The path of a file that holds a data key, as text. */
export function dataKeyFile() {
  return z
    .string()
    .transform((path, context): string => {
      try {
        return readFileSync(path, 'utf8');
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code;
        context.addIssue({ code: 'custom', message: `must be a file that this process can read (${code})` });
        return z.NEVER;
      }
    })
    .pipe(dataKey());
}
