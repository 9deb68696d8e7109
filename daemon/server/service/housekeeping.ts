import type { Services } from "../api/services.ts";
import { deployRetrained } from "../deployments/retraining.ts";
import { collectGarbage } from "../store/retention.ts";
import type { TenantStore } from "../store/store.ts";
import type { Report } from "./report.ts";

export interface HousekeepingOptions {
  readonly services: Services;
  /** Seconds of idleness after which the daemon ends; undefined: never. */
  readonly idleExit: number | undefined;
  readonly report: Report;
  /** Other daemons may work on the same database. */
  readonly shared: boolean;
}

const CHECK = 5_000;
const GARBAGE = 6 * 3_600_000;
/** A daemon that has just started has better things to do. */
const SETTLED = 60_000;
const TAKE_OVER = 30_000;

/** What a daemon does on the side: ends when nobody needs it, takes over abandoned runs, and clears away what is old. */
export class Housekeeping {
  readonly #options: HousekeepingOptions;
  #used = performance.now();
  #collectAt = performance.now() + SETTLED;
  #lookedAround = performance.now();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: HousekeepingOptions) {
    this.#options = options;
  }

  /** Somebody used the daemon just now. */
  touch(): void {
    this.#used = performance.now();
  }

  start(): void {
    void this.#safely(() => this.#deployRetrained());
    this.#timer = setInterval(
      () => {
        void this.#safely(() => this.#check());
      },
      Math.min(CHECK, 500 * (this.#options.idleExit ?? CHECK)),
    );
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #check(): Promise<void> {
    const { services, idleExit, shared } = this.#options;
    const now = performance.now();
    if (shared && now - this.#lookedAround > TAKE_OVER) {
      this.#lookedAround = now;
      await services.queue.takeOver(Date.now());
      await this.#deployRetrained();
    }
    if (now > this.#collectAt) {
      this.#collectAt = now + GARBAGE;
      for (const store of await services.store.tenants()) await collect(store);
    }
    if (idleExit !== undefined && now - this.#used > idleExit * 1_000 && !(await this.#isNeeded())) {
      this.#options.report("Nobody needs the daemon; it ends.", {});
      services.stop();
    }
  }

  async #safely(work: () => Promise<void>): Promise<void> {
    await work().catch((error: unknown) => this.#options.report("Housekeeping failed.", { error: String(error) }));
  }

  /** What was trained anew while this daemon was away, or by another process. */
  async #deployRetrained(): Promise<void> {
    const { store, deployments } = this.#options.services;
    for (const tenant of await store.tenants()) await deployRetrained(deployments, tenant);
  }

  async #isNeeded(): Promise<boolean> {
    const { leases, queue, store } = this.#options.services;
    if (leases.count > 0 || queue.running > 0) {
      return true;
    }
    for (const tenant of await store.tenants()) {
      const waiting = await tenant.runs.count({ state: "queued" });
      if (waiting + (await tenant.schedules.count({ enabled: 1 })) > 0) {
        return true;
      }
    }
    return false;
  }
}

/** Clears away what a tenant no longer needs, unless that was done lately: daemons come and go within the hour. */
async function collect(store: TenantStore): Promise<void> {
  const name = "garbage-collected";
  const now = Date.now();
  const last = Number((await store.settings.get({ name }))?.value ?? 0);
  if (now - last < GARBAGE && last <= now) return;
  await collectGarbage(store, now);
  await store.settings.put({ name, value: now }, ["name"]);
}
