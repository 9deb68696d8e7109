import type { WhatIfCovariate } from "../../protocol/pages.ts";
import type { Selection } from "../shared/selection.ts";
import type { Span } from "./controls.ts";
import type { Answer, Model } from "./model.ts";
import { emptyPlan, isChanged, type Plan, plannedColumns } from "./plan.ts";

/** What the what-if page is about at the moment. */
export interface WhatIfState {
  readonly covariates: readonly WhatIfCovariate[];
  readonly plan: Plan;
  readonly span: Span;
  /** The model's answer to the plan; nothing while nothing is changed. */
  readonly answer: Answer | undefined;
  readonly failure: string | undefined;
  /** Takes another plan and asks the model about it; one question at a time, the newest waits. */
  propose(plan: Plan): void;
  /** Moves the steps that changes hold for, present changes included. */
  move(span: Span): void;
  /** Loads the covariates of the chosen series; the plan stays. */
  open(): Promise<void>;
}

/** Listeners: `replanned` after the plan or the series changed, `answered` after the answer changed. */
export interface WhatIfListeners {
  readonly opened: () => void;
  readonly replanned: () => void;
  readonly answered: () => void;
}

/** The state of a what-if page over `model`. */
export function createWhatIf(model: Model, selection: Selection, horizon: number, hear: WhatIfListeners): WhatIfState {
  let covariates: readonly WhatIfCovariate[] = [];
  let plan = emptyPlan;
  let span: Span = { from: 0, to: horizon - 1 };
  let answer: Answer | undefined;
  let failure: string | undefined;
  let busy = false;
  let stale = false;

  const settle = (next: Answer | undefined, problem?: string) => {
    answer = next;
    failure = problem;
    hear.answered();
  };
  const ask = async () => {
    stale = true;
    if (busy) return;
    busy = true;
    while (stale) {
      stale = false;
      if (!isChanged(plan)) {
        settle(undefined);
        continue;
      }
      try {
        const found = await model.forecast(selection.index, plannedColumns(covariates, plan));
        if (!stale) settle(found);
      } catch (error) {
        settle(undefined, messageOf(error));
      }
    }
    busy = false;
  };
  const propose = (next: Plan) => {
    plan = next;
    hear.replanned();
    void ask();
  };
  return {
    get covariates() {
      return covariates;
    },
    get plan() {
      return plan;
    },
    get span() {
      return span;
    },
    get answer() {
      return answer;
    },
    get failure() {
      return failure;
    },
    propose,
    move(next) {
      span = next;
      const changes = Object.entries(plan.changes).map(([name, change]) => [name, { ...change, ...next }] as const);
      propose({ ...plan, changes: Object.fromEntries(changes) });
    },
    async open() {
      const series = selection.index;
      let problem: string | undefined;
      const found = await model.covariates(series).catch((error: unknown) => {
        problem = messageOf(error);
        return [];
      });
      if (series !== selection.index) return;
      covariates = found;
      hear.opened();
      if (problem === undefined) propose(plan);
      else settle(undefined, problem);
    },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
