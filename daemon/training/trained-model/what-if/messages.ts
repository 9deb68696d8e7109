import type {
  ExplainAnswer,
  ExplainQuestion,
  ForecastAnswer,
  ForecastQuestion,
  GoalAnswer,
  GoalQuestion,
  OptimumAnswer,
  OptimumQuestion,
  SeriesAnswer,
} from "../../../../protocol/what-if.ts";
import { plain } from "../../workers/processes/contract.ts";

/** What the process of a trained model is asked, and what it answers, by kind. */
export interface WhatIfKinds {
  readonly series: { readonly question: { readonly series: number }; readonly answer: SeriesAnswer };
  readonly forecast: { readonly question: ForecastQuestion; readonly answer: ForecastAnswer };
  readonly goal: { readonly question: GoalQuestion; readonly answer: GoalAnswer };
  readonly optimum: { readonly question: OptimumQuestion; readonly answer: OptimumAnswer };
  readonly explain: { readonly question: ExplainQuestion; readonly answer: ExplainAnswer };
  /** Names of series and known covariates, for a caller that has no report. */
  readonly names: { readonly question: Record<never, never>; readonly answer: WhatIfNames };
}

export interface WhatIfNames {
  readonly name: string;
  readonly keyColumns: readonly string[];
  readonly keys: readonly (readonly string[])[];
  readonly covariates: readonly string[];
  /** ISO texts of the window's steps, of each series. */
  readonly times: readonly (readonly string[])[];
}

export type WhatIfKind = keyof WhatIfKinds;

export type WhatIfInput = { readonly [K in WhatIfKind]: { readonly kind: K } & WhatIfKinds[K]["question"] }[WhatIfKind];

export type WhatIfOutput = WhatIfKinds[WhatIfKind]["answer"];

/** What a what-if process is asked: a question to the model of the run in `directory`. */
export const whatIfContract = {
  answer: {
    input: plain<{ readonly directory: string; readonly question: WhatIfInput }>(),
    output: plain<WhatIfOutput>(),
  },
};
