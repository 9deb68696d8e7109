import type { HostMessage, WhatIfCovariate } from "../../protocol/pages.ts";
import type { Host } from "../shared/host.ts";
import type { Cell } from "./plan.ts";

export type Answer = Extract<HostMessage, { type: "what-if-forecast" }>;

/** The trained model behind the page, asked through the host. */
export interface Model {
  covariates(series: number): Promise<readonly WhatIfCovariate[]>;
  forecast(series: number, values: Readonly<Record<string, readonly Cell[]>>): Promise<Answer>;
}

/** Questions are numbered so that a late answer is not taken for a newer one. */
export function hostModel(host: Host): Model {
  let next = 0;
  return {
    async covariates(series) {
      const answer = await host.ask({ type: "what-if-series", id: next++, series });
      if (answer.type !== "what-if-series") throw new TypeError("The host answered something else.");
      return answer.covariates;
    },
    async forecast(series, values) {
      const columns = Object.fromEntries(Object.entries(values).map(([name, cells]) => [name, [...cells]]));
      const answer = await host.ask({ type: "what-if-forecast", id: next++, series, values: columns });
      if (answer.type !== "what-if-forecast") throw new TypeError("The host answered something else.");
      return answer;
    },
  };
}
