import { setTimeout as wait } from "node:timers/promises";
import { type Client, createClient } from "../../protocol/client.ts";
import { RemoteError } from "../../protocol/errors.ts";
import type { DaemonProgram } from "./program.ts";
import { type DaemonAddress, startDaemon } from "./start.ts";

export type DaemonState = "stopped" | "starting" | "ready" | "failed";

/**
 * The daemon of this machine as the editor uses it: started when first needed, kept alive by a lease while the window is
 * open, started again when it is gone.
 */
export class Daemon {
  readonly #program: () => DaemonProgram;
  readonly #log: (line: string) => void;
  readonly #listeners = new Set<() => void>();
  #state: DaemonState = "stopped";
  #reason: string | undefined;
  #address: DaemonAddress | undefined;
  #starting: Promise<Client> | undefined;
  #client: Client | undefined;
  #lease: { readonly id: string; readonly timer: NodeJS.Timeout } | undefined;

  constructor(program: () => DaemonProgram, log: (line: string) => void) {
    this.#program = program;
    this.#log = log;
  }

  get state(): DaemonState {
    return this.#state;
  }

  /** Why the last start failed. */
  get reason(): string | undefined {
    return this.#reason;
  }

  get address(): DaemonAddress | undefined {
    return this.#address;
  }

  /** Calls back at every change of `state`. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** A client of the running daemon, which is started first where it does not run. Rejects where it does not start. */
  client(): Promise<Client> {
    if (this.#client !== undefined) return Promise.resolve(this.#client);
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  /** Says that the daemon no longer answers: the next use starts it again. */
  lost(client: Client): void {
    if (this.#client !== client) return;
    this.#forget();
    this.#set("stopped");
  }

  /** Stops the daemon gracefully and starts it again. */
  async restart(): Promise<void> {
    const client = this.#client;
    this.#forget();
    this.#set("stopped");
    await client?.stop().catch(() => {});
    const pid = this.#address?.pid;
    for (let tries = 0; tries < 50 && pid !== undefined && alive(pid); tries++) await wait(100);
    await this.client();
  }

  /** Ends the lease: the daemon may exit when nothing runs and no other window uses it. */
  async release(): Promise<void> {
    const client = this.#client;
    const lease = this.#lease;
    this.#forget();
    if (client !== undefined && lease !== undefined)
      await client.endLease({ params: { id: lease.id } }).catch(() => {});
  }

  async #start(): Promise<Client> {
    this.#set("starting");
    try {
      const address = await startDaemon(this.#program(), this.#log);
      const client = createClient(address);
      const lease = await client.createLease({ body: { client: `editor ${process.pid}` } });
      this.#address = address;
      this.#client = client;
      this.#lease = {
        id: lease.id,
        timer: setInterval(() => this.#renew(client, lease.id), (lease.seconds * 1000) / 3),
      };
      this.#set("ready");
      return client;
    } catch (error) {
      this.#reason = error instanceof Error ? error.message : String(error);
      this.#log(this.#reason);
      this.#set("failed");
      throw error;
    }
  }

  #renew(client: Client, id: string): void {
    client.renewLease({ params: { id } }).catch((error: unknown) => {
      if (error instanceof RemoteError) this.lost(client);
    });
  }

  #forget(): void {
    clearInterval(this.#lease?.timer);
    this.#lease = undefined;
    this.#client = undefined;
  }

  #set(state: DaemonState): void {
    if (this.#state === state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

/** Whether a process of this id runs. */
export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
