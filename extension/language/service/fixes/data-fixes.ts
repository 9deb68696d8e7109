import { aggregations } from "../../../../protocol/aggregates.ts";
import { nearest } from "../../../../protocol/experiment/nearest.ts";
import type { ColumnFacts } from "../../../../protocol/facts.ts";
import { type ForecastDocument, valueAt } from "../document.ts";
import { addKey, setScalar } from "../edits.ts";
import type { Facts } from "../facts.ts";
import { guessRoles } from "../guess.ts";
import { horizonSteps, integerAt } from "../horizon.ts";
import { mentions } from "../roles.ts";
import { yamlScalar } from "../text.ts";
import { type Fix, type Fixes, type FixMaker, moveCovariate, removal, replacements } from "./fix.ts";

/** Files or columns that are offered in place of a wrong one. */
const offered = 3;

/** Other columns of a type, those without a role yet, the likeliest first. */
const otherColumns =
  (type: ColumnFacts["type"], role: "target" | "time"): FixMaker =>
  (document, path, facts) => {
    const { data } = facts;
    if (data === undefined) return [];
    const used = new Set(mentions(document).map(({ text }) => text));
    const free = data.columns.filter((column) => column.type === type && !used.has(column.name));
    const likely = guessRoles({ ...data, columns: free })[role];
    const names = free.map(({ name }) => name).toSorted((a, b) => Number(b === likely) - Number(a === likely));
    return replacements(document, path, names.slice(0, offered));
  };

/** Other data files near the experiment, the one with the nearest name first. */
const otherFiles: FixMaker = (document, path, facts) => {
  const near = nearest(String(valueAt(document, path)), facts.files);
  const files = facts.files.toSorted((a, b) => Number(b === near) - Number(a === near));
  const found = replacements(document, path, files.slice(0, offered));
  return near === undefined ? found.map(({ title, edits }) => ({ title, edits })) : found;
};

/** Several rows a step are several series, or belong together. */
const shareSteps: FixMaker = (document, _path, facts) => [
  ...keyColumns(document, facts),
  ...(valueAt(document, ["data", "aggregate"]) === undefined || valueAt(document, ["data", "aggregate"]) === "error"
    ? aggregations.map((way) => ({
        title: `Take the ${way} of the rows of a step`,
        edits: setScalar(document, ["data", "aggregate"], way),
      }))
    : []),
];

function keyColumns(document: ForecastDocument, facts: Facts): Fix[] {
  const guess = facts.data === undefined ? [] : guessRoles(facts.data).series;
  const used = new Set(mentions(document).map(({ text }) => text));
  const found = guess.filter((column) => !used.has(column));
  if (found.length === 0 || valueAt(document, ["data", "series"]) !== undefined) return [];
  const text = `[${found.map(yamlScalar).join(", ")}]`;
  return [{ title: `Add series: ${text}`, edits: addKey(document, ["data", "series"], text), preferred: true }];
}

/** Irregular times become regular by one value a day, week or month. */
const resample: FixMaker = (document) =>
  ["day", "week", "month"].map((step) => ({
    title: `Take the mean of every ${step}`,
    edits: [...setScalar(document, ["data", "frequency"], step), ...setScalar(document, ["data", "aggregate"], "mean")],
  }));

/** A shorter horizon for which the covariate has values. */
const shorterHorizon: FixMaker = (document, path, facts) => {
  const panel = facts.data?.panel;
  const available = panel?.futureOf[String(valueAt(document, path))] ?? 0;
  const steps = available - integerAt(document, ["forecast", "gap"], 0);
  if (steps < 1 || steps >= (horizonSteps(document, panel?.frequency) ?? 0)) return [];
  return [{ title: `Set horizon to ${steps}`, edits: setScalar(document, ["forecast", "horizon"], String(steps)) }];
};

/** A covariate that varies but is there for the whole window may be known as well. */
const moveToKnown: FixMaker = (document, path, facts) => {
  const column = String(valueAt(document, path));
  const available = facts.data?.columns.some(({ name }) => name === column) === true;
  return available ? [moveCovariate(document, path, column, "known")] : [];
};

/** Fixes of what the data say about the text. */
export const dataFixes: Fixes = {
  "unknown-column": (document, path) => (path.length > 2 ? [removal(document, path)] : []),
  "target-not-numeric": otherColumns("number", "target"),
  "time-not-a-time": otherColumns("time", "time"),
  "no-future-values": shorterHorizon,
  "static-varies": moveToKnown,
  "data-missing-file": otherFiles,
  "data-empty-glob": otherFiles,
  "data-duplicate-rows": shareSteps,
  "data-off-grid": shareSteps,
  "data-irregular-times": resample,
  "data-empty-target": otherColumns("number", "target"),
  "data-empty-time": otherColumns("time", "time"),
  "data-unknown-time-format": otherColumns("time", "time"),
};
