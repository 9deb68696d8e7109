import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Forecaster } from "../../daemon/forecasting/models/forecaster.ts";
import { forecastCsv } from "../../daemon/training/outputs/forecast-csv.ts";
import { runExperiment } from "../../daemon/training/pipeline/run-experiment.ts";
import { predictWithModel } from "../../daemon/training/trained-model/predict.ts";
import { OpenModel } from "../../daemon/training/trained-model/what-if/open-model.ts";
import type { LeaderboardRow } from "../../protocol/report.ts";
import { csvRows } from "./artefact.ts";
import { isRough } from "./models.ts";
import type { GoldenPanel } from "./panels.ts";
import type { Artefacts } from "./single-model.ts";
import type { Workshop } from "./workshop.ts";

/** Carries the experiment on a panel out with some models; everything it writes, and what its model answers later. */
export async function artefactsOfRun(
  workshop: Workshop,
  golden: GoldenPanel,
  models: readonly Forecaster[],
): Promise<Artefacts> {
  const file = await workshop.experiment(golden, models);
  const out = join(workshop.folder(golden), models.some(isRough) ? "rough" : "exact");
  const { signal } = new AbortController();
  const { pool, reader } = workshop;
  const result = await runExperiment(file, {
    out,
    workers: 1,
    devices: ["cpu"],
    signal,
    onEvent: () => undefined,
    pageLater: true,
    processes: { pool, reader },
  });
  const parsed = async (name: string) => JSON.parse(await readFile(join(out, name), "utf8"));
  const rows = async (name: string) => csvRows(await readFile(join(out, name), "utf8"));
  const { id, started, seconds, versions, text, experiment, timings, workers, device, ...run } =
    await parsed("run.json");
  const { created, directory, experiment: _, ...manifest } = await parsed("model/manifest.json");
  const report = await parsed("report.json");
  const { scenarios, profile, horizonErrors, coverage, details } = report;
  return new Map<string, unknown>([
    ["run", run],
    ["manifest", manifest],
    ["warnings", result.warnings],
    ["forecast", await rows("forecast.csv")],
    // Some winners cannot explain themselves: then there is no such file.
    ["explanations", await parsed("explanations.json").catch(() => null)],
    ["scenarios", scenarios],
    ["profile", profile],
    ["errors-by-step", { horizonErrors, coverage }],
    ["details", details],
    // Networks may change places where their scores are close.
    ...(models.some(isRough) ? [] : [["order", result.leaderboard.map(({ model }) => model)] as const]),
    ...byModel("leaderboard", result.leaderboard.map(comparable)),
    ...byModel("backtest", await rows("backtest.csv")),
    ["prediction", await prediction(out, join(workshop.folder(golden), "newer.csv"))],
    ...(await answers(out, golden)),
  ]);
}

/** A row of the leaderboard without seconds; that of a network without notes, whose figures differ with the processor. */
function comparable({
  fitSeconds,
  predictSeconds,
  notes,
  ...row
}: LeaderboardRow): Omit<LeaderboardRow, "fitSeconds" | "predictSeconds"> {
  return row.family === "neural" ? row : { ...row, notes };
}

/** Rows of each model. */
function byModel(name: string, rows: readonly Record<string, unknown>[]): [string, unknown][] {
  const models = [...new Set(rows.map(({ model }) => String(model)))];
  return models.map((model) => [`${name}-of-${model}`, rows.filter((row) => row.model === model)]);
}

async function prediction(out: string, newer: string): Promise<unknown> {
  const { signal } = new AbortController();
  const { manifest, data, forecast } = await predictWithModel(out, { sources: [newer], workers: 1, signal });
  const lines = forecastCsv(data.panel, forecast, manifest.experiment.data.time, manifest.settings.gap);
  return csvRows([...lines].join(""));
}

/** Answers of the model that the run left, as a what-if process gives them. */
async function answers(out: string, { questions }: GoldenPanel): Promise<[string, unknown][]> {
  const model = await OpenModel.open(out);
  try {
    const shown = await model.answer({ kind: "explain", series: 0, level: 0.9, lags: false, samples: 8 });
    const found: [string, unknown][] = [
      ["answer-names", await model.answer({ kind: "names" })],
      ["answer-explain", shown],
    ];
    if (questions === undefined) return found;
    const { lever, range } = questions;
    const change = { covariate: lever, operation: "multiply" as const, range };
    const reach = { series: 0, everywhere: true, where: {}, changes: [] };
    const first = await model.answer({ ...reach, kind: "goal", lever: change, goal: 0 });
    const base = "base" in first ? first.base : Number.NaN;
    return [
      ...found,
      ["answer-series", await model.answer({ kind: "series", series: 0 })],
      ["answer-goal", await model.answer({ ...reach, kind: "goal", lever: change, goal: 1.02 * base })],
      ["answer-optimum", await model.answer({ ...reach, kind: "optimum", levers: [change], direction: "maximise" })],
    ];
  } finally {
    await model.close();
  }
}
