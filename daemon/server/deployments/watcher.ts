import { once } from "node:events";
import { readFile } from "node:fs/promises";
import type { FSWatcher } from "chokidar";
import { AlmanacError } from "../../../protocol/errors.ts";
import { parseText } from "../../training/experiment/parse-text.ts";
import type { EventLog } from "../queue/event-log.ts";
import type { Store, TenantStore } from "../store/store.ts";
import type { ExperimentRow } from "../store/tables.ts";
import type { ExperimentFiles } from "./experiment-files.ts";

export interface WatcherOptions {
  readonly store: Store;
  readonly log: EventLog;
  readonly files: ExperimentFiles;
  /** Starts a run of an experiment. */
  readonly submit: (store: TenantStore, experiment: ExperimentRow) => Promise<void>;
  readonly report: (message: string, details: Record<string, unknown>) => void;
}

/** Changes within this time are one change: an editor saves in several steps, a data file is written in many. */
const SETTLE = 300;

/**
 * Watches the registered experiment files and the data they read. On a change the experiment is checked again, its results
 * are marked stale, and it runs again where it shall. The watching library is loaded with the first experiment.
 */
export class ExperimentWatcher {
  readonly #options: WatcherOptions;
  readonly #changed = new Set<string>();
  /** Texts of experiments whose data files cannot be listed, by the experiment's identifier: they are not tried again. */
  readonly #setAside = new Map<string, string>();
  #watcher: FSWatcher | undefined;
  /** The files that `#watcher` watches. */
  #watched: ReadonlySet<string> = new Set();
  #timer: NodeJS.Timeout | undefined;
  #working: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: WatcherOptions) {
    this.#options = options;
  }

  /** Watches what is registered now: at start, and after an experiment was registered or forgotten. Resolves once it does. */
  refresh(): Promise<void> {
    return this.#enqueue(() => this.#watchAll());
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#working;
    await this.#watcher?.close();
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    this.#working = this.#working
      .then(() => (this.#closed ? undefined : work()))
      .catch((error: unknown) => this.#options.report("Watching failed.", { error: String(error) }));
    return this.#working;
  }

  async #watchAll(): Promise<void> {
    const wanted = new Set<string>();
    for (const store of await this.#options.store.tenants()) {
      for (const experiment of await store.experiments.find()) {
        for (const file of await this.#filesOf(store, experiment)) wanted.add(file);
      }
    }
    if (wanted.symmetricDifference(this.#watched).size === 0) return;
    const before = this.#watcher;
    this.#watcher = wanted.size === 0 ? undefined : await this.#open(wanted);
    this.#watched = wanted;
    await before?.close();
  }

  /** The experiment's own file and those of its data; the first alone if the others cannot be listed. */
  async #filesOf(store: TenantStore, { id, path, text }: ExperimentRow): Promise<string[]> {
    if (this.#setAside.get(id) === text) return [path];
    this.#setAside.delete(id);
    try {
      return [path, ...(await this.#options.files.of(store, path, text))];
    } catch (error) {
      if (!(error instanceof AlmanacError)) throw error;
      this.#setAside.set(id, text);
      this.#options.report("The data of an experiment are not watched.", { experiment: path, error: error.message });
      return [path];
    }
  }

  /** Watches files, which resolves once every later change of them will be noticed. */
  async #open(files: ReadonlySet<string>): Promise<FSWatcher> {
    const { watch } = await import("chokidar");
    const watcher = watch([...files], { ignoreInitial: true, persistent: true });
    watcher.on("all", (_event, path) => {
      this.#changed.add(path);
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#enqueue(() => this.#lookAtChanges()), SETTLE);
    });
    watcher.on("error", (error) => this.#options.report("A file cannot be watched.", { error: String(error) }));
    await once(watcher, "ready");
    return watcher;
  }

  async #lookAtChanges(): Promise<void> {
    const changed = new Set(this.#changed);
    this.#changed.clear();
    for (const store of await this.#options.store.tenants()) {
      for (const experiment of await store.experiments.find()) {
        const files = await this.#filesOf(store, experiment);
        if (files.some((file) => changed.has(file))) await this.#lookAgain(store, experiment);
      }
    }
    await this.#watchAll();
  }

  async #lookAgain(store: TenantStore, experiment: ExperimentRow): Promise<void> {
    const { id, path } = experiment;
    const text = await readFile(path, "utf8").catch(() => undefined);
    if (text === undefined) return;
    const { problems } = await parseText(text, path);
    const found = { text, problems: [...problems], stale: 1, updatedAt: Date.now() };
    await store.experiments.update({ id }, found);
    await store.runs.update({ path, state: "finished" }, { stale: 1 });
    const usable = !problems.some(({ severity }) => severity === "error");
    const event = { type: "experiment-changed", experiment: id, path, usable } as const;
    await this.#options.log.append(store, null, event);
    const waiting = await store.runs.count({ path, state: "queued" });
    if (experiment.watch === 1 && usable && waiting === 0) {
      await this.#options.submit(store, { ...experiment, ...found });
    }
  }
}
