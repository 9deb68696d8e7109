import { newId } from "../store/ids.ts";

/** A lease ends unless it is renewed within this time. */
export const LEASE_SECONDS = 60;

/**
 * Leases of editors: the daemon stays while there is one. They live in memory on a monotonic clock, since a daemon that
 * has ended has nothing to keep alive, and a jump of the clock must not end it.
 */
export class Leases {
  readonly #until = new Map<string, { tenant: string; until: number }>();

  get count(): number {
    this.#expire();
    return this.#until.size;
  }

  /** Leases of one tenant. */
  countOf(tenant: string): number {
    this.#expire();
    return [...this.#until.values()].filter((lease) => lease.tenant === tenant).length;
  }

  create(tenant: string): { id: string; seconds: number } {
    const id = newId("lea");
    this.#until.set(id, { tenant, until: performance.now() + LEASE_SECONDS * 1_000 });
    return { id, seconds: LEASE_SECONDS };
  }

  /** Renews a lease; undefined where there is none of that tenant. */
  renew(tenant: string, id: string): { id: string; seconds: number } | undefined {
    this.#expire();
    const lease = this.#until.get(id);
    if (lease?.tenant !== tenant) {
      return undefined;
    }
    lease.until = performance.now() + LEASE_SECONDS * 1_000;
    return { id, seconds: LEASE_SECONDS };
  }

  end(tenant: string, id: string): void {
    if (this.#until.get(id)?.tenant === tenant) {
      this.#until.delete(id);
    }
  }

  #expire(): void {
    for (const [id, { until }] of this.#until) {
      if (until < performance.now()) {
        this.#until.delete(id);
      }
    }
  }
}
