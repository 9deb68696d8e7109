import type { WhatIfChange, WhatIfCovariate } from "../../protocol/what-if.ts";

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

/** The plan as the model is asked about it: changes first, then single cells. */
export function plannedChanges({ changes, cells }: Plan): WhatIfChange[] {
  return [
    ...Object.entries(changes).map(([covariate, change]) => ({ covariate, ...change })),
    ...Object.entries(cells).flatMap(([covariate, steps]) =>
      Object.entries(steps).map(([step, value]) => {
        return { covariate, operation: "set" as const, value, from: Number(step), to: Number(step) };
      }),
    ),
  ];
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

/** A change as the experiment file writes it: `* 0.9`, `+ 2`, or the value itself. */
export function written({ operation, value }: Pick<Change, "operation" | "value">): number | string {
  if (operation === "set") return value;
  if (operation === "multiply") return `* ${value}`;
  return Number(value) < 0 ? `- ${-Number(value)}` : `+ ${value}`;
}

/** A plan in a few words, such as `price −10 %, promotion 1`. */
export function planName(plan: Plan): string {
  const parts = Object.entries(plan.changes).map(([name, { operation, value }]) => {
    if (operation === "multiply") return `${name} ${signed(Math.round((Number(value) - 1) * 1000) / 10)}\u202f%`;
    return operation === "add" ? `${name} ${signed(Number(value))}` : `${name} ${value}`;
  });
  const cells = Object.keys(plan.cells).map((name) => `${name} by hand`);
  return [...parts, ...cells].join(", ");
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(Number(value.toPrecision(4)))}`;
}
