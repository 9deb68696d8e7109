import { EventEmitter } from "node:events";
import type { StoredEvent } from "../../../protocol/api/runs.ts";
import type { TenantStore } from "../store/store.ts";
import type { EventRow } from "../store/tables.ts";

export type Listener = (event: StoredEvent) => void;

/** How often a shared log is read anew, in milliseconds. */
const POLL = 300;

/**
 * Events of all runs: each is a row first, then a message to whoever listens in this process. Where other processes write to
 * the same database, messages are read from there, so that their events arrive too.
 */
export class EventLog {
  readonly #shared: boolean;
  readonly #pollers = new Map<string, NodeJS.Timeout>();
  /** Where the poller of each tenant begins. */
  readonly #starts = new Map<string, Promise<number>>();
  readonly #emitter = new EventEmitter().setMaxListeners(0);
  #tail: Promise<unknown> = Promise.resolve();

  constructor({ shared = false }: { shared?: boolean } = {}) {
    this.#shared = shared;
  }

  /** Keeps an event of a run and tells the tenant's listeners, one event after the other: messages come in row order. */
  append(store: TenantStore, run: string | null, event: StoredEvent["event"]): Promise<StoredEvent> {
    const appended = this.#tail.then(() => this.#append(store, run, event));
    this.#tail = appended.catch(() => undefined);
    return appended;
  }

  async #append(store: TenantStore, run: string | null, event: StoredEvent["event"]): Promise<StoredEvent> {
    const { type, ...body } = event;
    const row = { run, type, time: Date.now(), body };
    const sequence = await store.events.insertReturning(row, "sequence");
    const stored: StoredEvent = { sequence, run, time: new Date(row.time).toISOString(), event };
    if (!this.#shared) this.#emitter.emit(store.tenant, stored);
    return stored;
  }

  /** Calls `listener` with every event of the tenant from now on; returns how to stop. */
  listen(store: TenantStore, listener: Listener): () => void {
    this.#emitter.on(store.tenant, listener);
    if (this.#shared && !this.#pollers.has(store.tenant)) this.#poll(store);
    return () => {
      this.#emitter.off(store.tenant, listener);
      if (this.#emitter.listenerCount(store.tenant) === 0) {
        clearTimeout(this.#pollers.get(store.tenant));
        this.#pollers.delete(store.tenant);
        this.#starts.delete(store.tenant);
      }
    };
  }

  /** Resolves once every event that is appended from then on will reach the tenant's listeners. */
  async ready(store: TenantStore): Promise<void> {
    await this.#starts.get(store.tenant)?.catch(() => undefined);
  }

  /** Reads what all processes wrote and passes it on, as long as somebody listens. */
  #poll(store: TenantStore): void {
    // Asked for at once: what is written before the first look must not be passed over.
    const start = this.#newest(store);
    start.catch(() => undefined);
    this.#starts.set(store.tenant, start);
    let last: number | undefined;
    const look = async (): Promise<void> => {
      last ??= await start.catch(() => this.#newest(store));
      for (const event of await this.after(store, undefined, last)) {
        last = event.sequence;
        this.#emitter.emit(store.tenant, event);
      }
    };
    const again = (): void => {
      const timer = setTimeout(() => {
        look()
          .catch(() => undefined)
          .finally(() => this.#pollers.get(store.tenant) === timer && again());
      }, POLL);
      this.#pollers.set(store.tenant, timer);
    };
    again();
  }

  async #newest(store: TenantStore): Promise<number> {
    return (await store.events.find({}, { orderBy: [["sequence", "desc"]], limit: 1 }))[0]?.sequence ?? 0;
  }

  /** Stored events after `sequence`, of one run or of all, at most `limit`. */
  async after(store: TenantStore, run: string | undefined, sequence: number, limit = 1_000): Promise<StoredEvent[]> {
    const where = { sequence: { gt: sequence }, ...(run === undefined ? {} : { run }) };
    return (await store.events.find(where, { orderBy: [["sequence", "asc"]], limit })).map(storedEvent);
  }
}

function storedEvent({ sequence, run, time, type, body }: EventRow): StoredEvent {
  // SAFETY: rows are written by `append` from a typed event.
  return { sequence, run, time: new Date(time).toISOString(), event: { ...body, type } as StoredEvent["event"] };
}
