import { addressDelays, FAILURES_KEPT, nextAttempt } from '../persistence/accounts/login-delay.js';

/** Addresses that are remembered; beyond them the one unseen for longest is forgotten. */
const MAX_ADDRESSES = 5000;

/** Failed attempts to log in by the address that they came from, in memory of this process: no address is stored. */
export class AddressDelays {
  readonly #failures = new Map<string, { failures: number; failedAt: number }>();

  /** Counts an attempt, unless too many have failed. @returns undefined where it was counted; otherwise when the next one may come */
  count(client: string, now: Date): Date | undefined {
    const address = networkOf(client);
    const known = this.#failures.get(address);
    const isOld = known !== undefined && now.getTime() - known.failedAt > FAILURES_KEPT;
    const { failures, failedAt } = known && !isOld ? known : { failures: 0, failedAt: 0 };
    const next = nextAttempt(failures, failedAt, addressDelays);
    if (next > now.getTime()) return new Date(next);
    // To the end of the map, whose beginning is forgotten first.
    this.#failures.delete(address);
    this.#failures.set(address, { failures: failures + 1, failedAt: now.getTime() });
    for (const oldest of this.#failures.keys()) {
      if (this.#failures.size <= MAX_ADDRESSES) break;
      this.#failures.delete(oldest);
    }
    return undefined;
  }

  /** Takes an attempt back that did not fail. */
  forgive(client: string): void {
    const known = this.#failures.get(networkOf(client));
    if (known && known.failures > 0) known.failures--;
  }
}

/** An IPv4 address as it is; of IPv6 the network of 64 bits, of which one client may have all addresses. */
function networkOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address;
  const [before = [], after = []] = address.split('::').map((part) => part.split(':').filter(Boolean));
  const zeros = Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0');
  return [...before, ...zeros, ...after].slice(0, 4).join(':');
}
