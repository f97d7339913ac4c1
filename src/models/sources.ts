import { z } from 'zod';

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

/** A package on the npm registry, fetched as a tarball without its dependencies. */
const npmSourceSchema = z.strictObject({
  kind: z.literal('npm'),
  // Both are handed to npm as `package@version`: nothing that npm could read as an option, an address or a folder.
  package: z.string().regex(/^(@[a-z0-9~][a-z0-9._~-]*\/)?[a-z0-9~][a-z0-9._~-]*$/, 'not the name of an npm package'),
  version: z.string().regex(/^\d+\.\d+\.\d+[0-9A-Za-z.+-]*$/, 'must be one exact version, such as 1.2.3'),
  /** Subresource-integrity string of the tarball, `sha512-<base64>`. */
  integrity: z.string().regex(/^sha512-[A-Za-z0-9+/]+={0,2}$/),
  licence: z.string(),
  homepage: z.url().optional(),
});

const addressSchema = z
  .string()
  .refine(isWeightsAddress, 'must be an https address of a file (http only on this machine)');

/** A file on the web: weights, or a zip archive with weights in it. */
const urlSourceSchema = z.strictObject({
  kind: z.literal('url'),
  url: addressSchema,
  /** Other addresses of the very same file, asked in this order when the first one fails. */
  mirrors: z.array(addressSchema).default([]),
  /** Length of the file. */
  bytes: z.int().positive(),
  /** SHA-256 of the file, in hex. */
  sha256: sha256Schema,
  /** The file is an archive, and models name a file in it. */
  archive: z.literal('zip').optional(),
  licence: z.string(),
  /** The licence restricts the use: nothing is fetched or prepared until ACCEPT_LICENCE holds this name. */
  mustAccept: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/, 'must have small letters, digits and "-" only')
    .optional(),
  homepage: z.url().optional(),
});

/** Where weights come from. A source without a `kind` is of npm, as all were in version 0.1. */
export const sourceSchema = z.preprocess(
  (source) =>
    source !== null && typeof source === 'object' && !('kind' in source) ? { kind: 'npm', ...source } : source,
  z.discriminatedUnion('kind', [npmSourceSchema, urlSourceSchema]),
);

export type ModelSource = z.infer<typeof sourceSchema>;
export type NpmSource = z.infer<typeof npmSourceSchema>;
export type UrlSource = z.infer<typeof urlSourceSchema>;

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether weights may be fetched from an address: https, or plain http from this machine itself. */
export function isWeightsAddress(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, username, pathname } = new URL(address);
  if (username !== '' || pathname.endsWith('/')) return false;
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname));
}
