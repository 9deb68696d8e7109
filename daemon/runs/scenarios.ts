import { packColumn } from "../../protocol/column.ts";
import type { Problem } from "../../protocol/errors.ts";
import type { Scenario } from "../../protocol/experiment/schema.ts";
import { type Change, parseChange } from "../../protocol/experiment/values.ts";
import type { ReportDocument } from "../../protocol/report.ts";
import { type Covariate, futureOf, type Panel, pastOf, seriesCount } from "../data/panel.ts";
import { type Forecast, meanOf } from "../models/forecast.ts";

/** A panel whose known covariates are changed over the forecast window, and what is doubtful about the change. */
export interface ScenarioPanel {
  readonly panel: Panel;
  readonly warnings: readonly Problem[];
}

/** Applies a scenario to the forecast window of the series and dates that it names. */
export function scenarioPanel(panel: Panel, scenario: Scenario): ScenarioPanel {
  const warnings: Problem[] = [];
  const changes = new Map(Object.entries(scenario.set).map(([name, written]) => [name, parseChange(written)]));
  const rows = changedRows(panel, scenario);
  const known = panel.known.map((covariate) => {
    const change = changes.get(covariate.name);
    if (change === undefined) return covariate;
    const changed = changeCovariate(covariate, change, rows, scenario.name, warnings);
    if (changed.categories === undefined) warnings.push(...outsideRange(panel, covariate, changed, scenario.name));
    return changed;
  });
  return { panel: { ...panel, known }, warnings };
}

function changedRows(panel: Panel, { from, to, series }: Scenario): number[] {
  const [start, end] = [
    from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(from),
    to === undefined ? Number.POSITIVE_INFINITY : Date.parse(to),
  ];
  const rows: number[] = [];
  for (let index = 0; index < seriesCount(panel); index++) {
    const wanted = Object.entries(series ?? {}).every(
      ([column, value]) => panel.keys[index]![panel.keyColumns.indexOf(column)] === String(value),
    );
    if (!wanted) continue;
    for (let row = panel.offsets[index]! + panel.history[index]!; row < panel.offsets[index + 1]!; row++) {
      if (panel.time[row]! >= start && panel.time[row]! <= end) rows.push(row);
    }
  }
  return rows;
}

function changeCovariate(
  covariate: Covariate,
  change: Change,
  rows: readonly number[],
  scenario: string,
  warnings: Problem[],
): Covariate {
  const values = covariate.values.slice();
  const replacement = replacementOf(covariate, change);
  if (replacement === undefined) {
    warnings.push({
      severity: "warning",
      code: "scenario-value",
      message: `Scenario “${scenario}”: \`${covariate.name}\` never had the value ${JSON.stringify(change.value)}, so it is left as it was.`,
    });
    return covariate;
  }
  for (const row of rows) values[row] = replacement(values[row]!);
  return { ...covariate, values };
}

function replacementOf(covariate: Covariate, { operation, value }: Change): ((old: number) => number) | undefined {
  if (operation === "replace") {
    const code = covariate.categories === undefined ? Number(value) : covariate.categories.indexOf(String(value));
    return Number.isNaN(code) || (covariate.categories !== undefined && code < 0) ? undefined : () => code;
  }
  if (covariate.categories !== undefined) return undefined;
  return operation === "add" ? (old) => old + Number(value) : (old) => old * Number(value);
}

/** A model has seen nothing beyond the range of its past: there it extrapolates. */
function outsideRange(panel: Panel, before: Covariate, after: Covariate, scenario: string): Problem[] {
  const count = seriesCount(panel);
  const [low, high] = rangeOf(count, (index) => pastOf(panel, before.values, index));
  const [least, most] = rangeOf(count, (index) => futureOf(panel, after.values, index));
  if (least >= low && most <= high) return [];
  const round = (value: number): string => String(Number(value.toPrecision(4)));
  return [
    {
      severity: "warning",
      code: "scenario-out-of-range",
      message: `Scenario “${scenario}”: \`${before.name}\` goes from ${round(least)} to ${round(most)}, past the range ${round(low)} to ${round(high)} seen in training.`,
      fix: "Take the forecast there with care: the model has no example of it.",
    },
  ];
}

function rangeOf(count: number, valuesOf: (index: number) => Float64Array): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let index = 0; index < count; index++) {
    for (const value of valuesOf(index)) {
      if (Number.isNaN(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return [low, high];
}

/** A scenario as the report shows it. */
export type ReportScenario = NonNullable<ReportDocument["scenarios"]>[number];

/** The report's entry of a scenario: its forecast and the difference it makes, for the series that are shown in detail. */
export function reportScenario(
  scenario: Scenario,
  base: Forecast,
  changed: Forecast,
  warnings: readonly Problem[],
): ReportScenario {
  const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
  return {
    name: scenario.name,
    changes: Object.entries(scenario.set).map(([covariate, change]) => ({ covariate, change: String(change) })),
    total: { base: sum(base.mean), scenario: sum(changed.mean) },
    series: Array.from({ length: Math.min(base.series, 2000) }, (_, series) => {
      const mean = meanOf(changed, series);
      const width = changed.levels.length * changed.horizon;
      return {
        series,
        mean: packColumn(mean),
        difference: packColumn(mean.map((value, step) => value - meanOf(base, series)[step]!)),
        quantiles: packColumn(changed.quantiles.subarray(series * width, (series + 1) * width)),
      };
    }),
    warnings: warnings.map(({ severity, code, message, fix }) => ({
      severity,
      code,
      message,
      ...(fix === undefined ? {} : { fix }),
    })),
  };
}
