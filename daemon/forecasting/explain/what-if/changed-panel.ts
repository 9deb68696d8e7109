import type { Problem } from "../../../../protocol/errors.ts";
import type { WhatIfChange } from "../../../../protocol/what-if.ts";
import { type Covariate, type Panel, rowsOf } from "../../panel/panel.ts";
import { panelAt } from "../../panel/panel-at.ts";

/** A panel with changed covariates, and what is doubtful about the changes. */
export interface ChangedPanel {
  readonly panel: Panel;
  readonly warnings: readonly Problem[];
}

/** Which of the series that a panel is made of may be changed. */
export interface Scope {
  /** Series of the whole panel. */
  readonly series: readonly number[];
  /** Only series with these key values change. */
  readonly where: Readonly<Record<string, string>>;
}

/**
 * A panel that holds the series in scope once for each plan, plan after plan, each with its own changes over the forecast
 * window. One forecast of it answers all plans at once. `gap` steps lie before the window's first step.
 */
export function changedPanels(
  panel: Panel,
  { series, where }: Scope,
  plans: readonly (readonly WhatIfChange[])[],
  gap: number,
): ChangedPanel {
  const copies = panelAt(panel, Int32Array.from(plans.flatMap(() => series)), 0, panel.futureSteps);
  const warnings: Problem[] = [];
  plans.forEach((plan, index) => {
    const rows = series.flatMap((_, row) => (matches(panel, series[row]!, where) ? [index * series.length + row] : []));
    for (const change of plan) warnings.push(...applyChange(copies, change, rows, gap));
  });
  return { panel: copies, warnings: distinct(warnings) };
}

function matches({ keyColumns, keys }: Panel, series: number, where: Readonly<Record<string, string>>): boolean {
  return Object.entries(where).every(([column, value]) => keys[series]![keyColumns.indexOf(column)] === value);
}

/** Writes a change into the future rows of some series of a panel of our own. */
function applyChange(panel: Panel, change: WhatIfChange, series: readonly number[], gap: number): Problem[] {
  const covariate = panel.known.find(({ name }) => name === change.covariate);
  if (covariate === undefined) return [doubt(`\`${change.covariate}\` is not a known covariate of this model.`)];
  const changed = changer(covariate, change);
  if (changed === undefined) {
    return [
      doubt(`\`${change.covariate}\` never had the value ${JSON.stringify(change.value)}: it is left as it was.`),
    ];
  }
  for (const index of series) {
    const { pastEnd, end } = rowsOf(panel, index);
    for (let row = pastEnd; row < end; row++) {
      if (inside(change, row - pastEnd - gap, panel.time[row]!))
        covariate.values[row] = changed(covariate.values[row]!);
    }
  }
  return [];
}

function inside({ from, to }: WhatIfChange, step: number, time: number): boolean {
  const after = from === undefined || (typeof from === "number" ? step >= from : time >= Date.parse(from));
  const before = to === undefined || (typeof to === "number" ? step <= to : time <= Date.parse(to));
  return after && before;
}

function changer({ categories }: Covariate, { operation, value }: WhatIfChange): ((old: number) => number) | undefined {
  if (value === null) return operation === "set" ? () => Number.NaN : undefined;
  if (operation === "set") {
    const code = categories === undefined ? Number(value) : categories.indexOf(String(value));
    return Number.isNaN(code) || (categories !== undefined && code < 0) ? undefined : () => code;
  }
  if (categories !== undefined || Number.isNaN(Number(value))) return undefined;
  return operation === "add" ? (old) => old + Number(value) : (old) => old * Number(value);
}

function doubt(message: string): Problem {
  return { severity: "warning", code: "scenario-value", message };
}

function distinct(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [problem.message, problem])).values()];
}
