import { z } from "zod";
import { normalQuantile } from "../numerics/normal.ts";
import { type Covariate, type Panel, rowsOf, seriesCount } from "../panel/panel.ts";
import { withFactors } from "./added-factors.ts";
import { type Decorator, type Layer, viewing } from "./decorated.ts";
import { type EventRule, eventRule, findEventRules } from "./event-rules.ts";
import { type Forecast, meanOf, pointOf, quantileOf } from "./forecast.ts";
import type { Attribution, AttributionRequest, SavedForecaster } from "./forecaster.ts";

const file = "events.json";

/**
 * Lets a model know of rare events: a value of a known covariate that came a few times, each time with a target far from
 * what is usual (a sale of one day, a strike). No model learns them from so few rows: penalties and leaves shrink them away.
 * Models learn from the other steps; at a step with the event the forecast is what they say, times or plus its effect, and
 * its intervals are as wide as the effect differs from event to event.
 */
export const knowingEvents: Decorator = {
  fitted: (panel) => {
    const rules = findEventRules(panel);
    return { seen: uneventful(panel, rules), layer: layerOf(rules) };
  },
  loaded: (saved) => {
    const { [file]: stored, ...files } = saved.files;
    const text = stored === undefined ? "[]" : new TextDecoder().decode(stored);
    return { inner: { ...saved, files }, layer: layerOf(z.array(eventRule).parse(JSON.parse(text))) };
  },
};

function layerOf(rules: readonly EventRule[]): Layer | undefined {
  if (rules.length === 0) return undefined;
  const seeing = viewing((panel) => uneventful(panel, rules));
  return {
    ...seeing,
    movedByKnown: true,
    predict: async (inner, panel, context) => {
      const forecast = await seeing.predict(inner, panel, context);
      applyEvents(forecast, panel, rules);
      return forecast;
    },
    attribute: async (inner, panel, request) =>
      explainEvents(await seeing.attribute(inner, panel, request), panel, rules, request),
    save: (saved) => withRules(saved, rules),
    notes: rules.map(noteOf),
  };
}

function noteOf({ column, value, kind, effect }: EventRule): string {
  const size =
    kind === "ratio"
      ? `${effect.toPrecision(3)} times`
      : `${effect > 0 ? "+" : "−"}${Math.abs(effect).toPrecision(3)} beside`;
  return `Where ${column} is ${value}: ${size} what is usual.`;
}

function withRules(saved: SavedForecaster, rules: readonly EventRule[]): SavedForecaster {
  return { ...saved, files: { ...saved.files, [file]: new TextEncoder().encode(JSON.stringify(rules)) } };
}

/** Number that stands for a value in a column; NaN if the column does not have it. */
function codeOf({ categories }: Covariate, value: number | string): number {
  if (typeof value === "number") return categories === undefined ? value : Number.NaN;
  const code = categories?.indexOf(value) ?? -1;
  return code < 0 ? Number.NaN : code;
}

/** Index of the first rule that holds at each row, −1 where none does. */
function eventRows(panel: Panel, rules: readonly EventRule[]): Int32Array {
  const events = new Int32Array(panel.target.length).fill(-1);
  rules.forEach(({ column, value }, rule) => {
    const covariate = panel.known.find(({ name }) => name === column);
    if (covariate === undefined) return;
    const code = codeOf(covariate, value);
    covariate.values.forEach((own, row) => {
      if (own === code && events[row] === -1) events[row] = rule;
    });
  });
  return events;
}

/** The panel without the target at events, and with the columns as they usually are there. */
function uneventful(panel: Panel, rules: readonly EventRule[]): Panel {
  if (rules.length === 0) return panel;
  const events = eventRows(panel, rules);
  const target = panel.target.slice();
  events.forEach((rule, row) => {
    if (rule >= 0) target[row] = Number.NaN;
  });
  const known = panel.known.map((covariate) => {
    const own = rules.filter(({ column }) => column === covariate.name);
    if (own.length === 0) return covariate;
    const usual = new Map(own.map((rule) => [codeOf(covariate, rule.value), codeOf(covariate, rule.usual)]));
    return { ...covariate, values: covariate.values.map((value) => usual.get(value) ?? value) };
  });
  return { ...panel, target, known };
}

/** Rules at the forecast steps of a series, −1 where none holds. */
function eventSteps(panel: Panel, events: Int32Array, series: number, horizon: number): Int32Array {
  const { end } = rowsOf(panel, series);
  return events.subarray(end - horizon, end);
}

function moved(value: number, { kind, effect }: EventRule): number {
  return kind === "ratio" ? value * effect : value + effect;
}

function applyEvents(forecast: Forecast, panel: Panel, rules: readonly EventRule[]): void {
  const events = eventRows(panel, rules);
  for (let series = 0; series < seriesCount(panel); series++) {
    eventSteps(panel, events, series, forecast.horizon).forEach((index, step) => {
      const rule = rules[index];
      if (rule !== undefined) applyEvent(forecast, series, step, rule);
    });
  }
}

function applyEvent(forecast: Forecast, series: number, step: number, rule: EventRule): void {
  const [means, points] = [meanOf(forecast, series), pointOf(forecast, series)];
  const centre = points[step]!;
  means[step] = moved(means[step]!, rule);
  points[step] = moved(centre, rule);
  const scale = rule.kind === "ratio" ? Math.abs(rule.effect) : 1;
  const spread = rule.kind === "ratio" ? rule.spread * Math.abs(centre) : rule.spread;
  forecast.levels.forEach((level, index) => {
    const values = quantileOf(forecast, series, index);
    // Both are deviations from the point; independent ones add up by their squares.
    const [own, ofEvent] = [scale * (values[step]! - centre), spread * normalQuantile(level)];
    values[step] = points[step]! + Math.sign(ofEvent || own) * Math.hypot(own, ofEvent);
  });
  const sorted = forecast.levels.map((_, index) => quantileOf(forecast, series, index)[step]!).sort((a, b) => a - b);
  forecast.levels.forEach((_, index) => {
    quantileOf(forecast, series, index)[step] = sorted[index]!;
  });
}

/** What an event changes is the doing of the covariate that tells of it. */
function explainEvents(
  attribution: Attribution,
  panel: Panel,
  rules: readonly EventRule[],
  { series, horizon }: AttributionRequest,
): Attribution {
  const widened = withFactors(
    attribution,
    rules.map(({ column }) => column),
  );
  const { factors, contributions } = widened;
  const events = eventRows(panel, rules);
  series.forEach((row, index) => {
    eventSteps(panel, events, row, horizon).forEach((found, step) => {
      const rule = rules[found];
      if (rule === undefined) return;
      const cell = index * horizon + step;
      const own = contributions.subarray(cell * factors.length, (cell + 1) * factors.length);
      const total = own.reduce((sum, value) => sum + value, attribution.baseline[cell]!);
      own[factors.indexOf(rule.column)]! += moved(total, rule) - total;
    });
  });
  return widened;
}
