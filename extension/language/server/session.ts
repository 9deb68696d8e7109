import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import type { DataFacts } from "../../../protocol/facts.ts";
import type { ModelCard } from "../../../protocol/model-card.ts";
import type { DaemonChanged, RunChanged, ServerOptions } from "../messages.ts";
import { type ForecastDocument, openDocument } from "../service/document.ts";
import type { Facts, RunFacts } from "../service/facts.ts";
import { guessRoles } from "../service/guess.ts";
import { dataFiles } from "./data-files.ts";
import { draftText } from "./draft.ts";
import { FactsReader } from "./facts-reader.ts";
import { factsRequest } from "./facts-request.ts";
import { fetchReport, type RunReport } from "./run-answer.ts";

interface File {
  readonly path: string;
  document: ForecastDocument;
  version: number;
  asked?: string;
  data?: DataFacts;
  files: readonly string[];
  run?: RunChanged["run"] | undefined;
  report?: RunReport & { readonly run: string };
}

/** Open experiment files with what is known about each, brought up to date in the background. */
export class Session {
  readonly #options: ServerOptions;
  readonly #models: readonly ModelCard[];
  readonly #changed: (uri: string) => void;
  readonly #files = new Map<string, File>();
  readonly #runs = new Map<string, RunChanged["run"]>();
  #reader: FactsReader | undefined;
  #daemon: DaemonChanged = { remotes: [] };

  /** `changed` is called whenever something new is known about a file. */
  constructor(options: ServerOptions, models: readonly ModelCard[], changed: (uri: string) => void) {
    this.#options = options;
    this.#models = models;
    this.#changed = changed;
    if (options.trusted) this.trust();
  }

  /** Data files may be opened from now on. */
  trust(): void {
    this.#reader ??= new FactsReader(this.#options.factsProgram, this.#options.node);
    for (const uri of this.#files.keys()) this.refresh(uri);
  }

  /** Takes a file's new text; its facts follow later. */
  update(uri: string, version: number, text: string): ForecastDocument {
    const known = this.#files.get(uri);
    if (known?.version === version) return known.document;
    const path = uri.startsWith("file:") ? fileURLToPath(uri) : uri;
    const document = openDocument(text, path);
    if (known === undefined) {
      const run = this.#runs.get(path);
      this.#files.set(uri, { path, document, version, files: [], run });
      void this.#fetchReport(uri);
    } else {
      known.document = document;
      known.version = version;
    }
    return document;
  }

  close(uri: string): void {
    this.#files.delete(uri);
  }

  /** Asks for the file's data again where its text asks for something else, or `force`. */
  refresh(uri: string, force = false): void {
    const file = this.#files.get(uri);
    if (file === undefined || this.#reader === undefined || !uri.startsWith("file:")) return;
    void dataFiles(dirname(file.path)).then((files) => {
      file.files = files;
    });
    const request = factsRequest(file.document, file.path);
    const asked = JSON.stringify(request);
    if (file.asked === asked && !force) return;
    file.asked = asked;
    if (request === undefined) {
      delete file.data;
      return;
    }
    const take = (data: DataFacts) => {
      // A newer question may have overtaken this one.
      if (file.asked !== asked) return;
      file.data = data;
      this.#changed(uri);
    };
    // Facts of the columns alone replace no facts of the series that are there already.
    const first = (data: DataFacts) => (file.data?.panel === undefined ? take(data) : undefined);
    void this.#reader.ask(request, first).then(take);
  }

  /** Text of a new experiment for the data file. */
  async draft(dataFile: string): Promise<string> {
    const path = dataFile.slice(dirname(dataFile).length + 1);
    const none = {
      sources: [path],
      directory: dirname(dataFile),
      series: [],
      known: [],
      observed: [],
      static: [],
      steps: 0,
    };
    if (this.#reader === undefined) return draftText(path, { rows: 0, columns: [] });
    const columns = await this.#reader.ask(none);
    const guess = guessRoles(columns);
    if (guess.time === undefined || guess.target === undefined) return draftText(path, columns);
    const request = {
      ...none,
      time: guess.time,
      target: guess.target,
      series: [...guess.series],
      known: [...guess.covariates],
    };
    return draftText(path, await this.#reader.ask(request));
  }

  setDaemon(daemon: DaemonChanged): void {
    this.#daemon = daemon;
    for (const uri of this.#files.keys()) void this.#fetchReport(uri);
  }

  setRun({ path, run }: RunChanged): void {
    this.#runs.set(path, run);
    for (const [uri, file] of this.#files) {
      if (file.path !== path) continue;
      if (run === undefined) delete file.run;
      else file.run = run;
      this.#changed(uri);
      void this.#fetchReport(uri);
    }
  }

  facts(uri: string): Facts {
    const file = this.#files.get(uri);
    const run = file === undefined ? undefined : runFacts(file);
    return {
      models: this.#models,
      remotes: this.#daemon.remotes,
      files: file?.files ?? [],
      ...(file?.data === undefined ? {} : { data: file.data }),
      run,
    };
  }

  document(uri: string): ForecastDocument | undefined {
    return this.#files.get(uri)?.document;
  }

  stop(): void {
    this.#reader?.close();
  }

  async #fetchReport(uri: string): Promise<void> {
    const file = this.#files.get(uri);
    const { url, token } = this.#daemon;
    const run = file?.run;
    if (file === undefined || run?.state !== "finished" || url === undefined || token === undefined) return;
    if (file.report?.run === run.id) return;
    try {
      file.report = { ...(await fetchReport({ url, token }, run.id)), run: run.id };
      this.#changed(uri);
    } catch {
      // Without its report a run still has its lenses; the host shows why the daemon does not answer.
    }
  }
}

function runFacts({ run, report, document }: File): RunFacts | undefined {
  if (run === undefined) return undefined;
  const experiment = document.parsed.experiment;
  const edited =
    report !== undefined && experiment !== undefined && !isDeepStrictEqual(plain(report.settings), plain(experiment));
  return {
    run: run.id,
    state: run.state,
    stale: run.stale || edited,
    leaderboard: report?.leaderboard ?? [],
    progress: run.progress,
    ...(report?.answer === undefined ? {} : { answer: report.answer }),
  };
}

/** Settings without the keys that change no number: the name, and whether the file is watched. */
function plain(settings: unknown): unknown {
  const { experiment: _name, watch: _watch, ...rest } = JSON.parse(JSON.stringify(settings));
  return rest;
}
