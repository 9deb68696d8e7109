import { seekGoal } from "../../daemon/forecasting/explain/what-if/goal.ts";
import { seekOptimum } from "../../daemon/forecasting/explain/what-if/optimum.ts";
import { changesOf } from "../../daemon/forecasting/explain/what-if/scenario.ts";
import { WhatIfSession } from "../../daemon/forecasting/explain/what-if/session.ts";
import { applyBounds } from "../../daemon/forecasting/models/bounds.ts";
import type { FittedForecaster, Forecaster } from "../../daemon/forecasting/models/forecaster.ts";
import type { Panel } from "../../daemon/forecasting/panel/panel.ts";
import type { WhatIfLever } from "../../protocol/what-if.ts";
import { isRough, optionsOf } from "./models.ts";
import type { GoldenPanel } from "./panels.ts";
import type { Bench } from "./workshop.ts";

const everywhere = { series: 1, everywhere: true, where: {} } as const;
const alone = { series: 1, everywhere: false, where: {} } as const;

/** Artefacts by kind. */
export type Artefacts = ReadonlyMap<string, unknown>;

/** What a model by itself makes of a panel: forecasts, explanations and answers, most of them after saving and loading. */
export async function artefactsOfModel(model: Forecaster, bench: Bench): Promise<Artefacts> {
  const { data, newer } = bench;
  const settings = settingsFor(model, bench);
  const { signal } = new AbortController();
  const deadline = Number.POSITIVE_INFINITY;
  const context = { ...settings, signal, deadline, onProgress: () => undefined };
  const fitted = await model.fit(data.panel, model.options.parse(optionsOf(model.name)), context);
  const forecast = await fitted.predict(data.panel, context);
  const saved = fitted.save();
  const loaded = await model.load({ ...saved, state: JSON.parse(JSON.stringify(saved.state)) });
  // Notes of networks tell figures that differ with the processor.
  const notes = isRough(model) ? [] : fitted.notes;
  const series = explainedSeries(data.panel);
  const request = { ...context, series, samples: 8 };
  return new Map<string, unknown>([
    ["forecast", { ...forecast, notes, warnings: fitted.warnings, device: fitted.device }],
    ["loaded-forecast", await loaded.predict(data.panel, context)],
    ["newer-forecast", await loaded.predict(newer.panel, context)],
    ["explanation", await loaded.attribute?.(data.panel, request)],
    [
      "explanation-of-lags",
      await loaded.attribute?.(data.panel, { ...request, series: series.slice(0, 1), lags: true }),
    ],
    ["interactions", await loaded.interactions?.(data.panel, request)],
    ...(await answers(model, loaded, bench)),
  ]);
}

/** Settings of the experiment; those of rough models without rounding to whole numbers. */
function settingsFor(model: Forecaster, { settings }: Bench): Bench["settings"] {
  const { integer: _, ...bounds } = settings.bounds;
  return isRough(model) ? { ...settings, bounds } : settings;
}

/** Up to two series that have a history. */
function explainedSeries({ history }: Panel): number[] {
  return [...history.keys()].filter((row) => history[row] !== 0).slice(0, 2);
}

async function answers(model: Forecaster, fitted: FittedForecaster, bench: Bench): Promise<[string, unknown][]> {
  const { golden, data } = bench;
  const settings = settingsFor(model, bench);
  const { signal } = new AbortController();
  const { integer: _, ...bounds } = settings.bounds;
  const session = new WhatIfSession({
    panel: data.panel,
    gap: settings.gap,
    constrainable: model.capabilities.monotone === true,
    warnings: [],
    forecast: async (changed) => applyBounds(await fitted.predict(changed, { ...settings, signal }), bounds),
    published: (forecast) => applyBounds(forecast, settings.bounds),
  });
  if (golden.questions === undefined) return [];
  const scenario = await session.forecast({ ...everywhere, scenarios: [[], scenarioOf(golden.questions)] });
  if (!model.capabilities.known && fitted.movedByKnown !== true) return [["what-if", scenario]];
  return [["what-if", scenario], ...(await searches(session, golden.questions, isRough(model)))];
}

function scenarioOf({ lever, other }: NonNullable<GoldenPanel["questions"]>) {
  return [
    ...changesOf({ name: "other", set: { [other]: 1 } }).changes,
    ...changesOf({ name: "lever", set: { [lever]: "* 1.1" } }).changes,
  ];
}

/** A goal and an optimum; of `rough` models without what a number just above or below another decides. */
async function searches(
  session: WhatIfSession,
  { lever, other, range }: NonNullable<GoldenPanel["questions"]>,
  rough: boolean,
): Promise<[string, unknown][]> {
  const moved: WhatIfLever = { covariate: lever, operation: "multiply", range };
  const placed: WhatIfLever = { covariate: other, operation: "set", range: [0, 1] };
  const levers = other === lever ? [moved] : [moved, placed];
  const { base } = await session.forecast({ ...everywhere, scenarios: [[]] });
  const goal = await seekGoal(session, { ...everywhere, changes: [], goal: 1.02 * base, lever: moved });
  const optimum = await seekOptimum(session, {
    ...alone,
    changes: [],
    levers,
    direction: "maximise",
    worth: lever,
    budget: { limit: 3, costs: { [other]: 1 } },
  });
  return [
    ["goal", rough ? { base: goal.base, curve: goal.curve } : goal],
    ["optimum", rough ? { base: optimum.base, objective: optimum.objective } : optimum],
  ];
}
