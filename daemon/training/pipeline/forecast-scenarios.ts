import { packColumn } from "../../../protocol/column.ts";
import type { Problem } from "../../../protocol/errors.ts";
import type { Scenario } from "../../../protocol/experiment/schema.ts";
import type { ReportDocument } from "../../../protocol/report.ts";
import { changedPanels } from "../../forecasting/explain/what-if/changed-panel.ts";
import { changeGame } from "../../forecasting/explain/what-if/game.ts";
import { changesOf } from "../../forecasting/explain/what-if/scenario.ts";
import { supportWarnings } from "../../forecasting/explain/what-if/support.ts";
import { type Forecast, forecastPart, meanOf, totalOf } from "../../forecasting/models/forecast.ts";
import { keepLevels } from "../../forecasting/models/levels.ts";
import { type Panel, seriesCount } from "../../forecasting/panel/panel.ts";
import { writeSnapshot } from "../data/snapshot.ts";
import { forecastWith } from "../trained-model/forecast-with.ts";
import { budgetText } from "./budget-problems.ts";
import type { RunContext } from "./run-context.ts";
import type { SavedModel } from "./save-model.ts";
import { secondsBefore } from "./seconds-left.ts";

/** A scenario as the report shows it. */
export type ReportScenario = NonNullable<ReportDocument["scenarios"]>[number];

/** Rows of panel up to which the parts of a scenario are forecast, too, to tell which covariate moved what. */
const mostRows = 2_000_000;

/** Series of a scenario that the report shows at most. */
const mostShown = 2000;

/**
 * Forecasts the scenarios of the experiment with the trained model, as far as the time suffices, and reports what is
 * doubtful about them and which are missing.
 */
export async function forecastScenarios(context: RunContext, model: SavedModel): Promise<ReportScenario[]> {
  const { log, signal } = context;
  const seconds = Math.max(leastSeconds, secondsBefore(context, "output"));
  const end = AbortSignal.timeout(Math.ceil(seconds * 1000));
  const inTime = AbortSignal.any([signal, end]);
  const reports: ReportScenario[] = [];
  const warnings: Problem[] = [];
  for (const scenario of context.file.experiment.scenarios) {
    try {
      const found = await forecastScenario({ ...context, signal: inTime }, model, scenario);
      reports.push(found.report);
      warnings.push(...found.warnings);
    } catch (error) {
      if (signal.aborted || !end.aborted) throw error;
      warnings.push(late(scenario, context.budgetSeconds));
    }
  }
  for (const problem of warnings) log.warn(problem);
  return reports;
}

/** Seconds that scenarios have even where the budget is used up. */
const leastSeconds = 0.5;

function late({ name }: Scenario, budgetSeconds: number): Problem {
  return {
    severity: "warning",
    code: "scenario-cut",
    message: `The budget of ${budgetText(budgetSeconds)} ended before scenario “${name}” was forecast.`,
    fix: "Raise search.budget, or ask the trained model: almanac what-if.",
  };
}

async function forecastScenario(
  context: RunContext,
  model: SavedModel,
  scenario: Scenario,
): Promise<{ report: ReportScenario; warnings: Problem[] }> {
  const { panel, settings } = context;
  const { gap } = settings.plan;
  const { changes, where } = changesOf(scenario);
  const series = Array.from({ length: seriesCount(panel) }, (_, index) => index);
  const game = changeGame(changes);
  const divided = game.factors.length > 1 && panel.time.length * game.plans.length <= mostRows;
  const plans = divided ? game.plans : [changes];
  const whole = divided ? game.whole : 0;
  const all = changedPanels(panel, { series, where }, plans, gap);
  const after = keepLevels(await forecastPanel(context, model, all.panel), settings.levels);
  const parts = plans.map((_, index) => forecastPart(after, index * series.length, series.length));
  const base = keepLevels(model.forecast, settings.levels);
  const changed = parts[whole]!;
  const moved = divided
    ? game.moved(totalOf(base), parts.map(totalOf))
    : game.factors.slice(0, 1).map((factor) => ({ factor, change: totalOf(changed) - totalOf(base) }));
  const doubts = [
    ...all.warnings,
    ...supportWarnings(panel, series, changedPanels(panel, { series, where }, [changes], gap).panel),
  ];
  const warnings = doubts.map((problem) => ({
    ...problem,
    message: `Scenario “${scenario.name}”: ${problem.message}`,
  }));
  const known = divided || game.factors.length === 1;
  return { report: reportScenario(scenario, base, changed, warnings, known ? moved : undefined), warnings };
}

async function forecastPanel(
  { pool, folders, signal }: RunContext,
  model: SavedModel,
  panel: Panel,
): Promise<Forecast> {
  const snapshot = await writeSnapshot(panel, folders.work);
  return forecastWith(model, { snapshot, keys: panel.keys }, { pool, signal });
}

/**
 * The report's entry of a scenario: its forecast and the difference it makes, for the series that are shown in detail.
 */
function reportScenario(
  scenario: Scenario,
  base: Forecast,
  changed: Forecast,
  warnings: readonly Problem[],
  moved: ReportScenario["moved"],
): ReportScenario {
  const partial = [scenario.from, scenario.to, scenario.series].some((part) => part !== undefined);
  return {
    name: scenario.name,
    changes: Object.entries(scenario.set).map(([covariate, change]) => ({ covariate, change: String(change) })),
    total: { base: totalOf(base), scenario: totalOf(changed) },
    moved,
    ...(partial ? { partial } : {}),
    series: Array.from({ length: Math.min(base.series, mostShown) }, (_, series) => {
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
      fix,
    })),
  };
}
