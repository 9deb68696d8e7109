import { normalQuantile } from "../numerics/normal.ts";
import type { Panel } from "../panel/panel.ts";
import type { Decorator } from "./decorated.ts";
import { type EventRule, eventRule, findEventRules } from "./event-rules.ts";
import { type Forecast, meanOf, pointOf, quantileOf } from "./forecast.ts";
import { ruleDecorator, ruleRows } from "./rule-decorator.ts";

/**
 * Lets a model know of rare events: a value of a known covariate that came a few times, each time with a target far from
 * the usual (a sale of one day, a strike). No model learns them from so few rows: penalties and leaves shrink them away.
 * Models learn from the other steps. At a step with the event the effect is put on the forecast, as a factor or a
 * difference, and the intervals are as wide as the effect varies from event to event.
 */
export const knowingEvents: Decorator = ruleDecorator<EventRule>({
  file: "events.json",
  schema: eventRule,
  find: findEventRules,
  view: uneventful,
  apply: applyEvent,
  explained: moved,
  notes: (rules) => rules.map(noteOf),
});

/** The panel without the target at the rare events that its own past shows. */
export function withoutEvents(panel: Panel): Panel {
  const rules = findEventRules(panel);
  return rules.length === 0 ? panel : uneventful(panel, rules);
}

function noteOf({ column, value, kind, effect }: EventRule): string {
  const size = kind === "ratio" ? `${effect.toPrecision(3)} times the usual` : `the usual ${signed(effect)}`;
  return `Where ${column} is ${value}: ${size}.`;
}

function signed(effect: number): string {
  return `${effect > 0 ? "+" : "−"} ${Math.abs(effect).toPrecision(3)}`;
}

/** The panel without the target at events, and with the columns as they usually are there. */
function uneventful(panel: Panel, rules: readonly EventRule[]): Panel {
  const events = ruleRows(panel, rules);
  const target = panel.target.map((value, row) => (events[row] === -1 ? value : Number.NaN));
  const known = panel.known.map((covariate) => {
    if (!rules.some(({ column }) => column === covariate.name)) return covariate;
    const values = covariate.values.map((value, row) => {
      const rule = rules[events[row]!];
      if (rule?.column !== covariate.name) return value;
      return typeof rule.usual === "number" ? rule.usual : (covariate.categories?.indexOf(rule.usual) ?? value);
    });
    return { ...covariate, values };
  });
  return { ...panel, target, known };
}

function moved(value: number, { kind, effect }: EventRule): number {
  return kind === "ratio" ? value * effect : value + effect;
}

function applyEvent(
  forecast: Forecast,
  { series, step }: { readonly series: number; readonly step: number },
  rule: EventRule,
): void {
  const [means, points] = [meanOf(forecast, series), pointOf(forecast, series)];
  const centre = points[step]!;
  means[step] = moved(means[step]!, rule);
  points[step] = moved(centre, rule);
  const scale = rule.kind === "ratio" ? Math.abs(rule.effect) : 1;
  const spread = rule.kind === "ratio" ? rule.spread * Math.abs(centre) : rule.spread;
  const values = forecast.levels.map((level, index) => {
    // Both are deviations from the point; independent ones add up by their squares.
    const own = scale * (quantileOf(forecast, series, index)[step]! - centre);
    const ofEvent = spread * normalQuantile(level);
    return points[step]! + Math.sign(ofEvent || own) * Math.hypot(own, ofEvent);
  });
  values.sort((a, b) => a - b);
  values.forEach((value, index) => {
    quantileOf(forecast, series, index)[step] = value;
  });
}
