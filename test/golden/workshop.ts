import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Forecaster } from "../../daemon/forecasting/models/forecaster.ts";
import { type LoadedData, loadPanel } from "../../daemon/training/data/load.ts";
import { Reader } from "../../daemon/training/data/reader.ts";
import { dataRequest } from "../../daemon/training/experiment/data-request.ts";
import { type ExperimentFile, readExperiment } from "../../daemon/training/experiment/read-experiment.ts";
import { resolveSettings } from "../../daemon/training/experiment/settings.ts";
import type { FitSettings } from "../../daemon/training/workers/task.ts";
import { WorkerPool } from "../../daemon/training/workers/worker-pool.ts";
import { isRough, optionsOf } from "./models.ts";
import type { GoldenPanel } from "./panels.ts";

/** Seconds of the budget: so many that no choice depends on the time. */
const budgetSeconds = 36_000;

/** What models of a panel are fitted on and asked about. */
export interface Bench {
  readonly golden: GoldenPanel;
  readonly data: LoadedData;
  readonly newer: LoadedData;
  readonly settings: FitSettings;
}

/** A folder with the panels' files, and processes that read them and train on them. */
export class Workshop {
  readonly pool = new WorkerPool({ workers: 1 });
  readonly reader = new Reader({ keep: true });
  readonly #root = mkdtempSync(join(tmpdir(), "almanac-golden-"));

  /** Writes a panel's files; returns their folder. */
  folder({ name, data, newer }: GoldenPanel): string {
    const folder = join(this.#root, name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "data.csv"), data);
    writeFileSync(join(folder, "newer.csv"), newer);
    return folder;
  }

  /** A panel's experiment with some models, which the search tries all. */
  async experiment(golden: GoldenPanel, models: readonly Forecaster[]): Promise<ExperimentFile> {
    const rough = models.some(isRough);
    const options = Object.fromEntries(models.map(({ name }) => [name, optionsOf(name)]));
    const search = { models: options, budget: `${budgetSeconds}s`, ensemble: !rough, seed: 7 };
    const body = rough ? golden.experiment.replace(", integer: true", "") : golden.experiment;
    const text = `experiment: ${golden.name}\n${body}search: ${JSON.stringify(search)}\ntrain: { device: cpu }\n`;
    const path = join(this.folder(golden), "golden.forecast.yaml");
    writeFileSync(path, text);
    return readExperiment(path);
  }

  /** Reads a panel and its newer table. */
  async bench(golden: GoldenPanel): Promise<Bench> {
    const { experiment } = await this.experiment(golden, []);
    const { gap, horizon } = experiment.forecast;
    if (typeof horizon !== "number") throw new TypeError("Horizons of these panels are numbers of steps.");
    const request = dataRequest(experiment, this.folder(golden), undefined, gap + horizon);
    const data = await loadPanel(request, { reader: this.reader });
    const newer = await loadPanel({ ...request, sources: ["newer.csv"] }, { reader: this.reader });
    const { fit } = resolveSettings(experiment, data.panel, ["cpu"], budgetSeconds);
    return { golden, data, newer, settings: fit };
  }

  close(): void {
    this.pool.close();
    this.reader.close();
    rmSync(this.#root, { recursive: true, force: true });
  }
}
