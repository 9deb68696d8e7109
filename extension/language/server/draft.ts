import { basename } from "node:path";
import type { DataFacts } from "../../../protocol/facts.ts";
import { guessRoles } from "../service/guess.ts";
import { yamlScalar } from "../service/text.ts";

const horizons: Readonly<Record<string, number>> = {
  hour: 48,
  day: 28,
  "business day": 20,
  week: 13,
  month: 12,
  quarter: 4,
  year: 3,
};

/** Text of a first experiment over a data file, with the roles of its columns guessed. */
export function draftText(dataFile: string, data: DataFacts): string {
  const guess = guessRoles(data);
  const name = basename(dataFile)
    .replace(/\.\w+$/, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-");
  const panel = data.panel;
  const futures = panel === undefined ? [] : guess.covariates.filter((column) => (panel.futureOf[column] ?? 0) > 0);
  const horizon =
    panel === undefined
      ? 14
      : Math.max(1, panel.futureSteps || Math.min(horizons[panel.frequency] ?? 24, Math.floor(panel.shortest / 4)));
  const observed = guess.covariates.filter((column) => !futures.includes(column));
  const list = (columns: readonly string[]) => `[${columns.map(yamlScalar).join(", ")}]`;
  return [
    `experiment: ${name}`,
    "data:",
    `  source: ${/^[\w./-]+$/.test(dataFile) ? dataFile : JSON.stringify(dataFile)}`,
    `  time: ${yamlScalar(guess.time ?? "date")}`,
    ...(guess.series.length > 0 ? [`  series: ${list(guess.series)}`] : []),
    `  target: ${yamlScalar(guess.target ?? "value")}`,
    ...(panel === undefined ? [] : [`  frequency: ${panel.frequency}`]),
    ...(futures.length + observed.length > 0 ? ["covariates:"] : []),
    ...(futures.length > 0 ? [`  known: ${list(futures)}`] : []),
    ...(observed.length > 0 ? [`  observed: ${list(observed)}`] : []),
    "forecast:",
    `  horizon: ${horizon}`,
    "evaluation:",
    "  metric: mase",
    "search:",
    "  models: auto",
    "  budget: 2 minutes",
    "",
  ].join("\n");
}
