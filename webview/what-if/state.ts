import type { ScenarioAnswer, SeriesAnswer, WhatIfCovariate } from "../../protocol/what-if.ts";
import type { Selection } from "../shared/selection.ts";
import type { Span } from "./controls.ts";
import type { Model } from "./model.ts";
import { emptyPlan, isChanged, type Plan, planName, plannedChanges } from "./plan.ts";

/** Which series the changes hold for: the chosen one, all, or those that share a key with it. */
export interface Reach {
  readonly everywhere: boolean;
  readonly where: Readonly<Record<string, string>>;
}

/** A plan that is kept beside the others. */
export interface Kept {
  readonly name: string;
  readonly plan: Plan;
  readonly answer?: ScenarioAnswer | undefined;
}

/** What the what-if page is about at the moment. */
export interface WhatIfState {
  readonly opened: SeriesAnswer;
  readonly covariates: readonly WhatIfCovariate[];
  readonly plan: Plan;
  readonly span: Span;
  readonly reach: Reach;
  readonly kept: readonly Kept[];
  /** Total without any change, once the model has answered. */
  readonly base: number | undefined;
  /** The model's answer to the plan; nothing while nothing is changed. */
  readonly answer: ScenarioAnswer | undefined;
  readonly failure: string | undefined;
  /** Whether an answer is on its way. */
  readonly asking: boolean;
  /** Takes another plan and asks the model about it; one question at a time, the newest waits. */
  propose(plan: Plan): void;
  /** Moves the steps that changes hold for, present changes included. */
  move(span: Span): void;
  /** Changes which series are meant. */
  extend(reach: Reach): void;
  /** Keeps the plan beside the others. */
  keep(): void;
  drop(index: number): void;
  /** Loads the covariates of the chosen series; the plan stays. */
  open(): Promise<void>;
}

/** Listeners: `replanned` after the plan or the series changed, `answered` after the answer changed. */
export interface WhatIfListeners {
  readonly opened: () => void;
  readonly replanned: () => void;
  readonly answered: () => void;
}

/** Plans kept at most: as many as one question may hold beside the one at work. */
export const mostKept = 6;

const nothing: SeriesAnswer = { covariates: [], constrainable: false, warnings: [] };

/** The state of a what-if page over `model`, which begins with the plans that the experiment file declares. */
export function createWhatIf(
  model: Model,
  selection: Selection,
  horizon: number,
  declared: readonly Kept[],
  hear: WhatIfListeners,
): WhatIfState {
  let opened = nothing;
  let plan = emptyPlan;
  let span: Span = { from: 0, to: horizon - 1 };
  let reach: Reach = { everywhere: false, where: {} };
  let kept = declared.slice(0, mostKept);
  let base: number | undefined;
  let answer: ScenarioAnswer | undefined;
  let failure: string | undefined;
  let busy = false;
  let stale = false;

  const ask = async () => {
    stale = true;
    if (busy) return;
    busy = true;
    hear.answered();
    while (stale) {
      stale = false;
      const asked = kept;
      const scenarios = [plan, ...asked.map((each) => each.plan)].map(plannedChanges);
      const changed = isChanged(plan);
      try {
        const found = await model.forecast({ series: selection.index, ...reach, scenarios });
        if (stale) continue;
        base = found.base;
        answer = changed ? found.scenarios[0] : undefined;
        kept = asked.map((each, index) => ({ ...each, answer: found.scenarios[index + 1] }));
        failure = undefined;
      } catch (error) {
        answer = undefined;
        failure = messageOf(error);
      }
    }
    busy = false;
    hear.answered();
  };
  const propose = (next: Plan) => {
    plan = next;
    hear.replanned();
    void ask();
  };
  return {
    get opened() {
      return opened;
    },
    get covariates() {
      return opened.covariates;
    },
    get plan() {
      return plan;
    },
    get span() {
      return span;
    },
    get reach() {
      return reach;
    },
    get kept() {
      return kept;
    },
    get base() {
      return base;
    },
    get answer() {
      return answer;
    },
    get failure() {
      return failure;
    },
    get asking() {
      return busy;
    },
    propose,
    move(next) {
      span = next;
      const changes = Object.entries(plan.changes).map(([name, change]) => [name, { ...change, ...next }] as const);
      propose({ ...plan, changes: Object.fromEntries(changes) });
    },
    extend(next) {
      reach = next;
      propose(plan);
    },
    keep() {
      if (!isChanged(plan)) return;
      kept = [...kept.slice(Math.max(0, kept.length + 1 - mostKept)), { name: planName(plan), plan, answer }];
      propose(emptyPlan);
    },
    drop(index) {
      kept = kept.filter((_, position) => position !== index);
      hear.answered();
    },
    async open() {
      const series = selection.index;
      let problem: string | undefined;
      const found = await model.series(series).catch((error: unknown) => {
        problem = messageOf(error);
        return nothing;
      });
      if (series !== selection.index) return;
      opened = found;
      base = undefined;
      answer = undefined;
      failure = problem;
      hear.opened();
      if (problem === undefined) propose(plan);
      else hear.answered();
    },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
