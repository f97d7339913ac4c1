import { type LookupAddress, lookup as lookUp } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Networks that are not the public internet: RFC 6890 and its registries, multicast, and addresses that embed IPv4. */
const notPublic = networkList([
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['224.0.0.0/4', '240.0.0.0/4'],
  ...['::/96', '64:ff9b::/96', '64:ff9b:1::/48', '100::/64', '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'],
  ...['5f00::/16', 'fc00::/7', 'fe80::/10', 'fec0::/10', 'ff00::/8'],
]);

/** The server may not connect there. */
export class ForbiddenAddressError extends Error {
  override name = 'ForbiddenAddressError';
}

/** @param networks addresses, or networks such as `10.0.0.0/8` */
export function networkList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

/**
 * @param permitted private networks that may be connected to
 * @throws ForbiddenAddressError
 */
export function requirePermitted(address: string, permitted: BlockList): void {
  // ::ffff:10.0.0.1 is 10.0.0.1, in either way of writing it.
  const plain = mappedAddress(address) ?? address;
  const family = isIP(plain) === 6 ? 'ipv6' : 'ipv4';
  if (!notPublic.check(plain, family) || permitted.check(plain, family)) return;
  throw new ForbiddenAddressError(
    `${plain} is a private address; WEBHOOK_PRIVATE_NETWORKS names those that may be used`,
  );
}

function mappedAddress(address: string): string | undefined {
  const text = address.replace(/%.*$/, '');
  if (isIP(text) !== 6) return undefined;
  const { hostname } = new URL(`http://[${text}]`);
  const [, high, low] = /^\[::ffff:([\da-f]{1,4}):([\da-f]{1,4})\]$/.exec(hostname) ?? [];
  if (high === undefined || low === undefined) return undefined;
  const bits = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return bits.flatMap((half) => [half >> 8, half & 255]).join('.');
}

/**
 * Looks a name up for a connection, which then goes to one of the addresses that were looked at: a name that leads
 * elsewhere a moment later (DNS rebinding) leads nowhere. One address that is not permitted refuses the name as a whole.
 */
export function permittedLookup(permitted: BlockList, resolve: typeof lookUp = lookUp): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      const addresses = found as LookupAddress[];
      if (error) return callback(error, '', 0);
      try {
        for (const { address } of addresses) requirePermitted(address, permitted);
      } catch (refusal) {
        return callback(refusal as Error, '', 0);
      }
      if (options.all) return (callback as (error: null, addresses: LookupAddress[]) => void)(null, addresses);
      const [first] = addresses;
      callback(null, first?.address ?? '', first?.family ?? 0);
    });
  };
}
