import type { OptimumAnswer, OptimumQuestion, WhatIfChange } from "../../../../protocol/what-if.ts";
import { type Forecast, meanOf, totalOf } from "../../models/forecast.ts";
import { futureOf, type Panel } from "../../panel/panel.ts";
import { changedPanels, type Scope } from "./changed-panel.ts";
import { changeOf, rangeOf } from "./goal.ts";
import type { WhatIfSession } from "./session.ts";

/** Points of the first, even look at the whole box, and of each of the rounds that look closer around the best so far. */
const first = 48;
const closer = 24;
const rounds = 4;

interface Tried {
  /** One number in [0, 1] a lever: where it stands in its range. */
  readonly place: readonly number[];
  readonly plan: readonly WhatIfChange[];
  readonly forecast: Forecast;
  readonly objective: number;
  readonly cost: number;
}

/**
 * The values of a few covariates that make the total, or the turnover, largest or smallest within their ranges and a budget: an
 * even sequence over the box (Halton 1960), then boxes a third as wide around the best point that the budget allows.
 * Deterministic. Where nothing is affordable, the cheapest point is answered.
 */
export async function seekOptimum(session: WhatIfSession, question: OptimumQuestion): Promise<OptimumAnswer> {
  const { changes, levers, direction, worth, budget, ...reach } = question;
  const scope = session.scopeOf(reach);
  const ranges = levers.map((lever) => rangeOf(session, lever, scope));
  const sign = direction === "maximise" ? 1 : -1;
  const valueAt = (lever: number, share: number) => ranges[lever]![0] + share * (ranges[lever]![1] - ranges[lever]![0]);
  const planAt = (place: readonly number[]) => [
    ...changes,
    ...levers.map((lever, index) => changeOf(lever, valueAt(index, place[index]!))),
  ];
  const evaluate = async (plans: readonly (readonly WhatIfChange[])[], places: readonly (readonly number[])[]) => {
    const forecasts = await session.forecasts(scope, plans);
    return forecasts.map((forecast, index): Tried => {
      const plan = plans[index]!;
      const { panel } = changedPanels(session.model.panel, scope, [plan], session.model.gap);
      return {
        place: places[index] ?? [],
        plan,
        forecast,
        objective: worth === undefined ? totalOf(forecast) : turnover(forecast, panel, worth, session.model.gap),
        cost: budget === undefined ? 0 : costOf(session.model.panel, panel, scope, budget.costs),
      };
    });
  };
  const [base] = await evaluate([changes], []);
  const affordable = ({ cost }: Tried) => budget === undefined || cost <= budget.limit;
  const better = (a: Tried, b: Tried): Tried => {
    if (affordable(a) !== affordable(b)) return affordable(a) ? a : b;
    if (!affordable(a)) return a.cost <= b.cost ? a : b;
    return sign * a.objective >= sign * b.objective ? a : b;
  };
  const look = async (centre: readonly number[] | undefined, width: number, count: number, skip: number) => {
    const places = Array.from({ length: count }, (_, index) =>
      levers.map((_, lever) => {
        const even = halton(skip + index + 1, lever);
        if (centre === undefined) return index < 2 ? index : even;
        return Math.min(1, Math.max(0, centre[lever]! + (even - 0.5) * width));
      }),
    );
    return await evaluate(places.map(planAt), places);
  };
  let best = (await look(undefined, 1, first, 0)).reduce(better);
  for (let round = 1; round <= rounds; round++) {
    const found = await look(best.place, 3 ** -round, closer, first + round * closer);
    best = [best, ...found].reduce(better);
  }
  return {
    values: levers.map(({ covariate }, index) => {
      const share = best.place[index]!;
      return { covariate, value: valueAt(index, share), atBound: share < 0.01 || share > 0.99 };
    }),
    objective: { base: base!.objective, best: best.objective },
    cost: best.cost,
    base: totalOf(base!.forecast),
    answer: session.answerOf(best.forecast, scope, reach, best.plan),
    tried: first + rounds * closer,
  };
}

/** Sum of forecast × a covariate over the window. */
function turnover(forecast: Forecast, panel: Panel, name: string, gap: number): number {
  const column = panel.known.find((covariate) => covariate.name === name);
  let sum = 0;
  for (let row = 0; row < forecast.series; row++) {
    const worth = column === undefined ? undefined : futureOf(panel, column.values, row);
    meanOf(forecast, row).forEach((value, step) => {
      sum += value * (worth?.[gap + step] ?? 1);
    });
  }
  return sum;
}

/** What moving covariates away from their planned values costs. */
function costOf(before: Panel, after: Panel, { series }: Scope, costs: Readonly<Record<string, number>>): number {
  let sum = 0;
  before.known.forEach(({ name, values }, column) => {
    const each = costs[name];
    if (each === undefined) return;
    series.forEach((index, row) => {
      const planned = futureOf(before, values, index);
      futureOf(after, after.known[column]!.values, row).forEach((value, step) => {
        sum += each * (value - planned[step]! || 0);
      });
    });
  });
  return sum;
}

const bases = [2, 3, 5, 7, 11, 13];

/** Member `index` of the Halton sequence in a dimension: evenly spread numbers in (0, 1). */
function halton(index: number, dimension: number): number {
  const base = bases[dimension]!;
  let [value, share, rest] = [0, 1 / base, index];
  while (rest > 0) {
    value += share * (rest % base);
    rest = Math.floor(rest / base);
    share /= base;
  }
  return value;
}
