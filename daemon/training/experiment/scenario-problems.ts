import type { Problem } from "../../../protocol/errors.ts";
import { nearest } from "../../../protocol/experiment/nearest.ts";
import type { Scenario } from "../../../protocol/experiment/schema.ts";
import { parseChange } from "../../../protocol/experiment/values.ts";
import type { Panel } from "../../forecasting/panel/panel.ts";
import { timeText } from "../data/time-text.ts";
import type { ExperimentFile } from "./read-experiment.ts";

type Path = readonly (string | number)[];

/**
 * Scenarios that would change nothing: a key column or a series that does not exist, dates outside the forecast window, a text that the
 * covariate never had. Each is an error at its line.
 */
export function scenarioProblems({ experiment, parsed, path: file }: ExperimentFile, panel: Panel): Problem[] {
  const { gap } = experiment.forecast;
  return experiment.scenarios.flatMap((scenario, index) => {
    const problem = (path: Path, message: string, fix: string): Problem => {
      const full = ["scenarios", index, ...path];
      const code = "scenario-without-effect";
      const text = `Scenario “${scenario.name}”: ${message}`;
      return { severity: "error", code, message: text, fix, file, range: parsed.locate(full), path: full };
    };
    return [
      ...seriesProblems(scenario, panel, problem),
      ...dateProblems(scenario, panel, gap, problem),
      ...valueProblems(scenario, panel, problem),
    ];
  });
}

type Wording = (path: Path, message: string, fix: string) => Problem;

function seriesProblems({ series = {} }: Scenario, { keyColumns, keys }: Panel, problem: Wording): Problem[] {
  const selectors = Object.entries(series).map(([column, value]) => [column, String(value)] as const);
  const problems = selectors.flatMap(([column, value]) => {
    const at = keyColumns.indexOf(column);
    if (at < 0) {
      const fix = `Key columns: ${keyColumns.join(", ") || "none"}.`;
      return [problem(["series", column], `\`${column}\` is not a key column of the data.`, fix)];
    }
    const values = new Set(keys.map((key) => key[at]!));
    if (values.has(value)) return [];
    const near = nearestKey(value, [...values]);
    const fix = near === undefined ? `Series have ${[...values].slice(0, 10).join(", ")}.` : `Did you mean ${near}?`;
    return [problem(["series", column], `no series has ${column} ${value}.`, fix)];
  });
  if (problems.length > 0 || selectors.length < 2) return problems;
  const some = keys.some((key) => selectors.every(([column, value]) => key[keyColumns.indexOf(column)] === value));
  const listed = selectors.map(([column, value]) => `${column} ${value}`).join(" and ");
  return some ? [] : [problem(["series"], `no series has ${listed} together.`, "Leave one of the two out.")];
}

/** The key that is the same number, such as 00123 for 123, or the nearest text. */
function nearestKey(value: string, keys: readonly string[]): string | undefined {
  const same = keys.find((key) => value.trim() !== "" && Number(key) === Number(value));
  return same ?? nearest(value, keys.slice(0, 10_000));
}

function dateProblems({ from, to }: Scenario, panel: Panel, gap: number, problem: Wording): Problem[] {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  panel.history.forEach((length, series) => {
    const start = panel.offsets[series]! + length + gap;
    first = Math.min(first, panel.time[start] ?? first);
    last = Math.max(last, panel.time[panel.offsets[series + 1]! - 1] ?? last);
  });
  const window = `The window is ${timeText(first, panel.frequency)} to ${timeText(last, panel.frequency)}.`;
  const outside: Problem[] = [];
  for (const [key, text] of [
    ["from", from],
    ["to", to],
  ] as const) {
    if (text === undefined) continue;
    const moment = Date.parse(text);
    if (Number.isNaN(moment)) {
      outside.push(problem([key], `${JSON.stringify(text)} is no date.`, "Write it as 2024-12-31."));
    } else if (key === "from" ? moment > last : moment < first) {
      outside.push(problem([key], `${text} lies outside the forecast window.`, window));
    }
  }
  if (outside.length === 0 && from !== undefined && to !== undefined && Date.parse(from) > Date.parse(to)) {
    outside.push(problem(["to"], `${to} comes before ${from}.`, "Swap the two dates."));
  }
  return outside;
}

function valueProblems({ set }: Scenario, panel: Panel, problem: Wording): Problem[] {
  return Object.entries(set).flatMap(([column, written]) => {
    const covariate = panel.known.find(({ name }) => name === column);
    if (covariate === undefined) return [];
    const { operation, value } = parseChange(written);
    const { categories } = covariate;
    if (categories === undefined) {
      if (!Number.isNaN(Number(value))) return [];
      return [problem(["set", column], `${column} is a number, ${JSON.stringify(value)} is none.`, "Give a number.")];
    }
    const listed = `Its values: ${categories.slice(0, 10).join(", ")}.`;
    if (operation !== "replace") {
      const message = `${column} is text and cannot be changed by \`${String(written)}\`.`;
      return [problem(["set", column], message, listed)];
    }
    if (categories.includes(String(value))) return [];
    const near = nearest(String(value), categories);
    const fix = near === undefined ? listed : `Did you mean ${near}?`;
    return [problem(["set", column], `${column} never had the value ${JSON.stringify(value)}.`, fix)];
  });
}
