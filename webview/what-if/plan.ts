import type { WhatIfCovariate } from "../../protocol/pages.ts";

export type Cell = number | string | null;

/** How a covariate is changed over a span of steps; both ends belong to it. */
export interface Change {
  readonly operation: "set" | "multiply" | "add";
  readonly value: number | string;
  readonly from: number;
  readonly to: number;
}

/** Changes by covariate, and single cells on top of them by covariate and step. */
export interface Plan {
  readonly changes: Readonly<Record<string, Change>>;
  readonly cells: Readonly<Record<string, Readonly<Record<number, Cell>>>>;
}

export const emptyPlan: Plan = { changes: {}, cells: {} };

/** The covariate's values under the plan: its change first, single cells last. Missing values stay missing under arithmetic. */
export function plannedValues(covariate: WhatIfCovariate, plan: Plan): Cell[] {
  const change = plan.changes[covariate.name];
  const cells = plan.cells[covariate.name] ?? {};
  return covariate.values.map((value, step) => {
    if (step in cells) return cells[step]!;
    return change === undefined || step < change.from || step > change.to ? value : changedValue(value, change);
  });
}

function changedValue(value: Cell, { operation, value: by }: Change): Cell {
  if (operation === "set") return by;
  if (typeof value !== "number") return value;
  return operation === "add" ? value + Number(by) : value * Number(by);
}

/** Every covariate's values under the plan, by name. */
export function plannedColumns(covariates: readonly WhatIfCovariate[], plan: Plan): Record<string, Cell[]> {
  return Object.fromEntries(covariates.map((covariate) => [covariate.name, plannedValues(covariate, plan)]));
}

/** The plan with one covariate's change replaced; single cells of it are given up, since the change is meant for all. */
export function withChange(plan: Plan, name: string, change: Change | undefined): Plan {
  const { [name]: _old, ...changes } = plan.changes;
  const { [name]: _cells, ...cells } = plan.cells;
  return { changes: change === undefined ? changes : { ...changes, [name]: change }, cells };
}

/** The plan with one cell set. */
export function withCell(plan: Plan, name: string, step: number, value: Cell): Plan {
  return { ...plan, cells: { ...plan.cells, [name]: { ...plan.cells[name], [step]: value } } };
}

/** Whether anything is changed. */
export function isChanged(plan: Plan): boolean {
  return Object.keys(plan.changes).length > 0 || Object.keys(plan.cells).length > 0;
}

/** Steps at which a numeric covariate leaves the range that was seen in training. */
export function outsideRange(covariate: WhatIfCovariate, values: readonly Cell[]): number[] {
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = covariate;
  return values.flatMap((value, step) =>
    typeof value === "number" && (value < minimum || value > maximum) ? [step] : [],
  );
}

/** A plan as the experiment file writes it; nothing where it holds what one entry of `scenarios:` cannot say. */
export function scenarioEntry(
  plan: Plan,
  dates: readonly string[],
): { set: Record<string, number | string>; from?: string; to?: string } | undefined {
  const changes = Object.entries(plan.changes);
  const [first] = changes;
  if (first === undefined || Object.keys(plan.cells).length > 0) return undefined;
  const { from, to } = first[1];
  if (changes.some(([, change]) => change.from !== from || change.to !== to)) return undefined;
  return {
    set: Object.fromEntries(changes.map(([name, change]) => [name, written(change)])),
    ...(from > 0 ? { from: dates[from]! } : {}),
    ...(to < dates.length - 1 ? { to: dates[to]! } : {}),
  };
}

function written({ operation, value }: Change): number | string {
  if (operation === "set") return value;
  if (operation === "multiply") return `* ${value}`;
  return Number(value) < 0 ? `- ${-Number(value)}` : `+ ${value}`;
}

/** What a goal seek found: the nearest value, and how near it came. */
export interface Found {
  readonly value: number;
  readonly total: number;
  readonly reached: boolean;
}

/** Values tried before the search narrows in. */
const gridSize = 9;
const refinements = 12;

/**
 * The value between `low` and `high` whose forecast total comes nearest to `goal`. The response need not be monotone: a
 * grid finds the best bracket, bisection narrows it. `evaluate` answers the total at a value.
 */
export async function seekGoal(
  evaluate: (value: number) => Promise<number>,
  low: number,
  high: number,
  goal: number,
): Promise<Found> {
  const tried: { value: number; total: number }[] = [];
  const probe = async (value: number) => {
    const point = { value, total: await evaluate(value) };
    tried.push(point);
    return point;
  };
  for (let index = 0; index < gridSize; index++) await probe(low + ((high - low) * index) / (gridSize - 1));
  const crossing = tried.findIndex(
    (point, index) => index > 0 && (point.total - goal) * (tried[index - 1]!.total - goal) <= 0,
  );
  if (crossing > 0) {
    let [left, right] = [tried[crossing - 1]!, tried[crossing]!];
    for (let round = 0; round < refinements; round++) {
      const middle = await probe((left.value + right.value) / 2);
      if ((middle.total - goal) * (left.total - goal) <= 0) right = middle;
      else left = middle;
    }
  }
  const best = tried.reduce((nearest, point) =>
    Math.abs(point.total - goal) < Math.abs(nearest.total - goal) ? point : nearest,
  );
  return { ...best, reached: crossing > 0 };
}
