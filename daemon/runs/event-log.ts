import { EventEmitter } from "node:events";
import type { StoredEvent } from "../../protocol/api/runs.ts";
import type { TenantStore } from "../store/store.ts";
import type { EventRow } from "../store/tables.ts";

export type Listener = (event: StoredEvent) => void;

/** Events of all runs: each is a row first, then a message to whoever listens in this process. */
export class EventLog {
  readonly #emitter = new EventEmitter().setMaxListeners(0);
  #tail: Promise<unknown> = Promise.resolve();

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
    this.#emitter.emit(store.tenant, stored);
    return stored;
  }

  /** Calls `listener` with every event of the tenant from now on; returns how to stop. */
  listen(store: TenantStore, listener: Listener): () => void {
    this.#emitter.on(store.tenant, listener);
    return () => this.#emitter.off(store.tenant, listener);
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
