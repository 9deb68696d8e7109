import { setTimeout as wait } from "node:timers/promises";
import type { z } from "zod";
import type { runSchema, StoredEvent } from "../../protocol/api/runs.ts";
import { ApiError, type Client } from "../../protocol/client.ts";
import { alive, type Daemon } from "./daemon.ts";

export type Run = z.output<typeof runSchema>;

/** A run with how far it is. */
export interface RunView extends Run {
  readonly progress: number | undefined;
  readonly remainingSeconds: number | undefined;
}

/** How often the daemon's process is looked at while its events are awaited, in milliseconds. */
const watchMs = 1000;

/** Every run the daemon knows, kept up to date by its events. */
export class Runs {
  readonly #daemon: Daemon;
  readonly #log: (line: string) => void;
  readonly #runs = new Map<string, RunView>();
  readonly #listeners = new Set<(run: RunView | undefined) => void>();
  readonly #eventListeners = new Set<(event: StoredEvent) => void>();
  #closed = false;
  #following = false;

  constructor(daemon: Daemon, log: (line: string) => void) {
    this.#daemon = daemon;
    this.#log = log;
  }

  /** Newest first. */
  get all(): RunView[] {
    return [...this.#runs.values()].sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  }

  get(id: string): RunView | undefined {
    return this.#runs.get(id);
  }

  /** Runs of an experiment file, newest first. */
  of(path: string): RunView[] {
    return this.all.filter((run) => run.path === path);
  }

  /** Calls back with the run that changed, or with nothing when any may have. */
  onChange(listener: (run: RunView | undefined) => void): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  onEvent(listener: (event: StoredEvent) => void): { dispose(): void } {
    this.#eventListeners.add(listener);
    return { dispose: () => this.#eventListeners.delete(listener) };
  }

  /** Takes a run the daemon has just answered with. */
  put(run: Run): RunView {
    const known = this.#runs.get(run.id);
    const view = { ...run, progress: known?.progress, remainingSeconds: known?.remainingSeconds };
    this.#runs.set(run.id, view);
    this.#tell(view);
    return view;
  }

  forget(id: string): void {
    this.#runs.delete(id);
    this.#tell(undefined);
  }

  /** Loads all runs and follows events until closed; takes up again with a new daemon when the old one is gone. */
  async follow(): Promise<void> {
    if (this.#following) return;
    this.#following = true;
    await this.#followUntilClosed();
    this.#following = false;
  }

  async #followUntilClosed(): Promise<void> {
    while (!this.#closed) {
      try {
        await this.#followOne(await this.#daemon.client());
      } catch (error) {
        this.#log(`events: ${error instanceof Error ? error.message : String(error)}`);
        if (this.#daemon.state === "failed") return;
        await wait(500);
      }
    }
  }

  close(): void {
    this.#closed = true;
  }

  /** Follows one daemon until it is gone, and says so: the next use starts another. */
  async #followOne(client: Client): Promise<void> {
    try {
      await this.#load(client);
      await this.#listen(client);
    } finally {
      this.#daemon.lost(client);
    }
  }

  async #load(client: Client): Promise<void> {
    const { items } = await client.listRuns({ query: { limit: 200 } });
    this.#runs.clear();
    for (const run of items) this.#runs.set(run.id, { ...run, progress: undefined, remainingSeconds: undefined });
    this.#tell(undefined);
  }

  async #listen(client: Client): Promise<void> {
    const controller = new AbortController();
    const pid = this.#daemon.address?.pid;
    const watch = setInterval(() => {
      if (this.#closed || (pid !== undefined && !alive(pid))) controller.abort(new Error("The daemon is gone."));
    }, watchMs);
    try {
      for await (const event of client.allEvents({}, { signal: controller.signal })) await this.#take(client, event);
    } finally {
      clearInterval(watch);
    }
  }

  async #take(client: Client, event: StoredEvent): Promise<void> {
    for (const listener of this.#eventListeners) listener(event);
    const { run: id, event: content } = event;
    if (id === null) return;
    if (content.type === "progress") {
      const run = this.#runs.get(id);
      if (run === undefined) return;
      const view = { ...run, progress: content.fraction, remainingSeconds: content.remainingSeconds };
      this.#runs.set(id, view);
      this.#tell(view);
    } else if (content.type.startsWith("run-")) {
      await this.#reload(client, id);
    }
  }

  async #reload(client: Client, id: string): Promise<void> {
    try {
      this.put(await client.getRun({ params: { id } }));
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
      this.forget(id);
    }
  }

  #tell(run: RunView | undefined): void {
    for (const listener of this.#listeners) listener(run);
  }
}
