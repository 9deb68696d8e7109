import type { GoalAnswer, GoalQuestion, WhatIfChange, WhatIfLever } from "../../../../protocol/what-if.ts";
import { totalOf } from "../../models/forecast.ts";
import { futureOf } from "../../panel/panel.ts";
import type { Scope } from "./changed-panel.ts";
import type { WhatIfSession } from "./session.ts";

/** Values tried at once; each round narrows the range to one gap between two of them. */
const grid = 13;
const rounds = 3;

/**
 * The value of one covariate, within its range, that brings the total to the goal. The response need not be monotone: of several
 * crossings on a grid the one nearest to how things are planned is narrowed; without one the nearest value is answered.
 */
export async function seekGoal(session: WhatIfSession, question: GoalQuestion): Promise<GoalAnswer> {
  const { changes, lever, goal, ...reach } = question;
  const scope = session.scopeOf(reach);
  const [least, most] = rangeOf(session, lever, scope);
  const plan = (value: number): WhatIfChange[] => [...changes, changeOf(lever, value)];
  const totalsAt = async (values: readonly number[]) => {
    const forecasts = await session.forecasts(scope, values.map(plan));
    return forecasts.map((forecast, index) => ({ value: values[index]!, total: totalOf(forecast), forecast }));
  };
  const base = totalOf((await session.forecasts(scope, [changes]))[0]!);
  let tried = await totalsAt(evenly(least, most));
  const curve = tried.map(({ value, total }) => ({ value, total }));
  const plain = neutralOf(session, lever, scope);
  let bracket = crossing(tried, goal, plain);
  for (let round = 1; round < rounds && bracket !== undefined; round++) {
    const [left, right] = bracket;
    const inside = tried.filter(({ value }) => value === left || value === right);
    const between = await totalsAt(evenly(left, right).slice(1, -1));
    tried = [...inside, ...between].sort((a, b) => a.value - b.value);
    bracket = crossing(tried, goal, plain);
  }
  const best = tried.reduce((nearest, point) =>
    Math.abs(point.total - goal) < Math.abs(nearest.total - goal) ? point : nearest,
  );
  return {
    value: best.value,
    reached: bracket !== undefined,
    base,
    curve,
    answer: {
      ...session.answerOf(best.forecast, scope, reach, plan(best.value)),
      moved: [{ factor: lever.covariate, change: best.total - base }],
    },
  };
}

/** Where a lever may go: as asked for, else what training has seen, or half to one and a half for factors. */
export function rangeOf(
  session: WhatIfSession,
  { covariate, operation, range }: WhatIfLever,
  scope: Scope,
): [number, number] {
  if (range !== undefined) return range;
  if (operation === "multiply") return [0.5, 1.5];
  const seen = session.seen(covariate, scope);
  const [minimum, maximum] = [seen?.minimum ?? 0, seen?.maximum ?? 1];
  return operation === "set" ? [minimum, maximum] : [minimum - maximum, maximum - minimum];
}

/** A lever at one of its values. */
export function changeOf({ covariate, operation, from, to }: WhatIfLever, value: number): WhatIfChange {
  return { covariate, operation, value, from, to };
}

function evenly(least: number, most: number): number[] {
  return Array.from({ length: grid }, (_, index) => least + ((most - least) * index) / (grid - 1));
}

/** Where a lever changes nothing; for one value of the whole span, the mean of what is planned. */
function neutralOf(session: WhatIfSession, { covariate, operation }: WhatIfLever, { series }: Scope): number {
  if (operation !== "set") return operation === "multiply" ? 1 : 0;
  const { panel } = session.model;
  const values = panel.known.find(({ name }) => name === covariate)?.values;
  const planned = series
    .flatMap((index) => (values === undefined ? [] : [...futureOf(panel, values, index)]))
    .filter((value) => !Number.isNaN(value));
  return planned.reduce((sum, value) => sum + value, 0) / Math.max(1, planned.length);
}

/** Neighbours between which the total passes the goal: of several pairs the one nearest to `plain`. */
function crossing(
  points: readonly { readonly value: number; readonly total: number }[],
  goal: number,
  plain: number,
): [number, number] | undefined {
  const pairs = points.slice(1).flatMap((right, index): [number, number][] => {
    const left = points[index]!;
    return (left.total - goal) * (right.total - goal) > 0 ? [] : [[left.value, right.value]];
  });
  const distance = ([left, right]: [number, number]) => Math.abs((left + right) / 2 - plain);
  return pairs.sort((a, b) => distance(a) - distance(b))[0];
}
