import { z } from "zod";
import { type Panel, rowsOf, seriesCount } from "../panel/panel.ts";
import { withFactors } from "./added-factors.ts";
import { type Decorator, type Layer, viewing } from "./decorated.ts";
import type { Forecast } from "./forecast.ts";
import type { Attribution, AttributionRequest, SavedForecaster } from "./forecaster.ts";

/** Something that holds wherever the known covariate `column` has `value` (a text of a text column). */
export interface ValueRule {
  readonly column: string;
  readonly value: number | string;
}

/** A kind of rules about values of known covariates, and what they change. */
export interface RuleKind<Rule extends ValueRule> {
  /** Name of the file in a saved model that holds the rules. */
  readonly file: string;
  readonly schema: z.ZodType<Rule>;
  /** Finds the rules that the past of a panel shows. */
  readonly find: (panel: Panel) => Rule[];
  /** What the model sees in place of the panel; called with one rule at least. */
  readonly view: (panel: Panel, rules: readonly Rule[]) => Panel;
  /** Changes one cell of the model's forecast, in place. */
  readonly apply: (forecast: Forecast, cell: { readonly series: number; readonly step: number }, rule: Rule) => void;
  /** What a value that the model explained becomes. */
  readonly explained: (value: number, rule: Rule) => number;
  readonly notes: (rules: readonly Rule[]) => string[];
}

/**
 * Lets a model know of rules of one kind: it learns from the panel as `view` shows it, and its forecast is changed at the
 * steps where a rule holds. The change is explained by the column of the rule.
 */
export function ruleDecorator<Rule extends ValueRule>(kind: RuleKind<Rule>): Decorator {
  return {
    fitted: (panel) => {
      const rules = kind.find(panel);
      return { seen: rules.length === 0 ? panel : kind.view(panel, rules), layer: layerOf(kind, rules) };
    },
    loaded: (saved) => {
      const { [kind.file]: stored, ...files } = saved.files;
      const text = stored === undefined ? "[]" : new TextDecoder().decode(stored);
      return { inner: { ...saved, files }, layer: layerOf(kind, z.array(kind.schema).parse(JSON.parse(text))) };
    },
  };
}

function layerOf<Rule extends ValueRule>(kind: RuleKind<Rule>, rules: readonly Rule[]): Layer | undefined {
  if (rules.length === 0) return undefined;
  const seeing = viewing((panel) => kind.view(panel, rules));
  return {
    ...seeing,
    movedByKnown: true,
    predict: async (inner, panel, context) => {
      const forecast = await seeing.predict(inner, panel, context);
      const series = Array.from({ length: seriesCount(panel) }, (_, index) => index);
      forEachRule(panel, rules, { series, horizon: forecast.horizon }, (rule, cell) => {
        kind.apply(forecast, cell, rule);
      });
      return forecast;
    },
    attribute: async (inner, panel, request) => {
      const widened = withFactors(
        await seeing.attribute(inner, panel, request),
        rules.map(({ column }) => column),
      );
      forEachRule(panel, rules, request, (rule, { index, step }) => {
        explain(widened, index * request.horizon + step, rule, kind.explained);
      });
      return widened;
    },
    save: (saved) => withRules(saved, kind.file, rules),
    notes: kind.notes(rules),
  };
}

function withRules(saved: SavedForecaster, file: string, rules: readonly ValueRule[]): SavedForecaster {
  return { ...saved, files: { ...saved.files, [file]: new TextEncoder().encode(JSON.stringify(rules)) } };
}

/** Calls `act` for every forecast step of some series where a rule holds; `index` is the place of the series in the list. */
function forEachRule<Rule extends ValueRule>(
  panel: Panel,
  rules: readonly Rule[],
  { series, horizon }: Pick<AttributionRequest, "series" | "horizon">,
  act: (rule: Rule, cell: { readonly series: number; readonly index: number; readonly step: number }) => void,
): void {
  const rows = ruleRows(panel, rules);
  series.forEach((own, index) => {
    const { end } = rowsOf(panel, own);
    for (let step = 0; step < horizon; step++) {
      const rule = rules[rows[end - horizon + step]!];
      if (rule !== undefined) act(rule, { series: own, index, step });
    }
  });
}

/** What a rule changes of the value in a cell is the doing of its column. */
function explain<Rule extends ValueRule>(
  { factors, baseline, contributions }: Attribution,
  cell: number,
  rule: Rule,
  explained: RuleKind<Rule>["explained"],
): void {
  const own = contributions.subarray(cell * factors.length, (cell + 1) * factors.length);
  const value = own.reduce((sum, contribution) => sum + contribution, baseline[cell]!);
  own[factors.indexOf(rule.column)]! += explained(value, rule) - value;
}

/** For every row of a panel the index of the first rule that holds there, −1 where none does. */
export function ruleRows(panel: Panel, rules: readonly ValueRule[]): Int32Array {
  const rows = new Int32Array(panel.target.length).fill(-1);
  rules.forEach(({ column, value }, index) => {
    const covariate = panel.known.find(({ name }) => name === column);
    const code = typeof value === "number" ? value : (covariate?.categories?.indexOf(value) ?? -1);
    if (covariate === undefined || (typeof value === "string" && code < 0)) return;
    covariate.values.forEach((own, row) => {
      if (own === code && rows[row] === -1) rows[row] = index;
    });
  });
  return rows;
}
