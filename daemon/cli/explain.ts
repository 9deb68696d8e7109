import type { Command } from "commander";
import { z } from "zod";
import { DataError } from "../../protocol/errors.ts";
import { type ExplanationsFile, readExplanations } from "../training/trained-model/finished-run.ts";
import { carryOut, interruptSignal, outputOf, withCommonOptions } from "./context.ts";
import { textTable } from "./table.ts";

const optionsSchema = z.object({
  series: z.array(z.string()).default([]),
  time: z.string().optional(),
  quantile: z.number().optional(),
  lags: z.boolean().default(false),
});

/** `almanac explain RUN`: what drives the forecasts of a run. */
export function register(program: Command): void {
  withCommonOptions(
    program
      .command("explain")
      .argument("<run>", "folder of a finished run")
      .description(
        "what drives the forecasts: factors by mean contribution, or one forecast built up from its factors",
      ),
  )
    .option("--series <key=value...>", "the series whose forecast is built up, such as store=Augsburg product=milk")
    .option("--time <time>", "the step to build up (default: the first of the window)")
    .option("--quantile <level>", "build up this quantile instead of the mean, such as 0.9", Number)
    .option("--lags", "one factor a lag instead of the whole history as one")
    .action(async (directory: string, given: unknown) => {
      const options = optionsSchema.parse(given);
      const output = outputOf(given);
      await carryOut(output, interruptSignal(), async () => {
        if (options.quantile !== undefined || options.lags) {
          const forecast = await explainNow(directory, options);
          output.say(forecastTable(forecast));
          output.document(forecast);
          return undefined;
        }
        const file = await readExplanations(directory);
        if (options.series.length === 0 && options.time === undefined) {
          output.say(globalTable(file));
          if (file.interactions.length > 0) output.say(pairsTable(file));
          if (file.permutation.length > 0) output.say(worthTable(file));
          const { forecasts: _, ...document } = file;
          output.document(document);
        } else {
          const forecast = findForecast(file, options);
          output.say(forecastTable(forecast));
          output.document(forecast);
        }
        return undefined;
      });
    });
}

function globalTable({ global, exact }: ExplanationsFile): string {
  const total = global.reduce((sum, { meanAbs }) => sum + meanAbs, 0);
  const arrow = (direction: number | null): string =>
    direction === null || Math.abs(direction) < 0.3 ? "" : direction > 0 ? "↑ raises" : "↓ lowers";
  const table = textTable(
    [
      { heading: "factor" },
      { heading: "mean |contribution|", right: true },
      { heading: "share", right: true },
      { heading: "more of it" },
    ],
    global.map(({ factor, meanAbs, direction }) => [
      factor,
      meanAbs.toPrecision(4),
      `${((100 * meanAbs) / (total || 1)).toFixed(1)} %`,
      arrow(direction),
    ]),
  );
  return `${table}\nContributions are ${exact ? "exact" : "sampled"} and describe the model; a correlation it learned need not be a cause.`;
}

function pairsTable({ interactions }: ExplanationsFile): string {
  const rows = interactions.slice(0, 8).map(({ factors, meanAbs }) => [factors.join(" × "), meanAbs.toPrecision(4)]);
  return `\n${textTable([{ heading: "pairs, of the trees" }, { heading: "mean |interaction|", right: true }], rows)}`;
}

function worthTable({ permutation }: ExplanationsFile): string {
  const rows = permutation
    .toSorted((a, b) => b.drop - a.drop)
    .map(({ factor, drop, deviation }) => [factor, drop.toPrecision(3), `± ${deviation.toPrecision(2)}`]);
  const headings = [{ heading: "shuffled" }, { heading: "error gained", right: true }, { heading: "", right: true }];
  return `\n${textTable(headings, rows)}`;
}

/** One step of one series, asked of the trained model: quantiles and lags are not in explanations.json. */
async function explainNow(directory: string, options: z.infer<typeof optionsSchema>): Promise<ExplainedForecast> {
  const { WhatIf } = await import("../server/deployments/what-if.ts");
  const model = new WhatIf();
  try {
    const { keyColumns, keys, times } = await model.ask(directory, "names", {});
    const wanted = new Map(options.series.map((pair) => pair.split("=", 2) as [string, string]));
    const fits = (key: readonly string[]) =>
      keyColumns.every((column, at) => (wanted.get(column) ?? key[at]) === key[at]);
    const series = keys.findIndex(fits);
    const step =
      options.time === undefined ? 0 : (times[series]?.findIndex((time) => time.startsWith(options.time!)) ?? -1);
    if (series < 0 || step < 0) {
      throw new DataError("No forecast fits --series and --time.", {
        code: "no-such-forecast",
        fix: `For example: --series ${keyColumns.map((column, at) => `${column}=${keys[0]![at]}`).join(" ")} --time ${times[0]![0]}.`,
      });
    }
    const { quantile: level, lags } = options;
    const answer = await model.ask(directory, "explain", {
      series,
      lags,
      samples: 128,
      level,
    });
    const contributions = answer.contributions[step]!;
    return {
      series: Object.fromEntries(keyColumns.map((column, at) => [column, keys[series]![at]!])),
      time: times[series]![step]!,
      model: level === undefined ? "mean" : `quantile ${level}`,
      baseline: answer.baseline[step]!,
      prediction: contributions.reduce((sum, value) => sum + value, answer.baseline[step]!),
      contributions: Object.fromEntries(answer.factors.map((factor, at) => [factor, contributions[at]!])),
    };
  } finally {
    model.close();
  }
}

type ExplainedForecast = ExplanationsFile["forecasts"][number];

function findForecast(file: ExplanationsFile, { series, time }: z.infer<typeof optionsSchema>): ExplainedForecast {
  const wanted = series.map((pair) => pair.split("=", 2) as [string, string | undefined]);
  const found = file.forecasts.find(
    (forecast) =>
      wanted.every(([key, value]) => forecast.series[key] === value) &&
      (time === undefined || forecast.time.startsWith(time)),
  );
  if (found !== undefined) return found;
  const example = file.forecasts[0];
  const keys = Object.entries(example?.series ?? {}).map(([key, value]) => `${key}=${value}`);
  throw new DataError("No explained forecast fits --series and --time.", {
    code: "no-such-forecast",
    fix: `For example: --series ${keys.join(" ")} --time ${example?.time ?? ""}.`,
  });
}

function forecastTable({ series, time, baseline, prediction, contributions }: ExplainedForecast): string {
  const signed = (value: number): string => `${value < 0 ? "−" : "+"}${Math.abs(value).toPrecision(4)}`;
  const rows = Object.entries(contributions)
    .sort(([, a], [, b]) => Math.abs(b) - Math.abs(a))
    .map(([factor, value]) => [factor, signed(value)]);
  const heading = [...Object.entries(series).map(([key, value]) => `${key} ${value}`), time].join(", ");
  return `${heading}\n${textTable(
    [{ heading: "factor" }, { heading: "contribution", right: true }],
    [["baseline", baseline.toPrecision(4)], ...rows, ["forecast", prediction.toPrecision(4)]],
  )}`;
}
