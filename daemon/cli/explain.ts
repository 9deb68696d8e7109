import type { Command } from "commander";
import { z } from "zod";
import { DataError } from "../../protocol/errors.ts";
import { type ExplanationsFile, readExplanations } from "../runs/finished-run.ts";
import { carryOut, interruptSignal, outputOf, withCommonOptions } from "./context.ts";
import { textTable } from "./table.ts";

const optionsSchema = z.object({ series: z.array(z.string()).default([]), time: z.string().optional() });

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
    .action(async (directory: string, given: unknown) => {
      const options = optionsSchema.parse(given);
      const output = outputOf(given);
      await carryOut(output, interruptSignal(), async () => {
        const file = await readExplanations(directory);
        if (options.series.length === 0 && options.time === undefined) {
          output.say(globalTable(file));
          output.document({ factors: file.factors, exact: file.exact, global: file.global });
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
