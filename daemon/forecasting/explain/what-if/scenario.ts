import type { Scenario } from "../../../../protocol/experiment/schema.ts";
import { parseChange } from "../../../../protocol/experiment/values.ts";
import type { WhatIfChange } from "../../../../protocol/what-if.ts";

/** An entry of `scenarios:` as changes, and the series that they hold for. */
export function changesOf({ set, from, to, series = {} }: Scenario): {
  changes: WhatIfChange[];
  where: Record<string, string>;
} {
  const changes = Object.entries(set).map(([covariate, written]): WhatIfChange => {
    const { operation, value } = parseChange(written);
    const kind = operation === "replace" ? "set" : operation;
    return {
      covariate,
      operation: kind,
      value,
      from,
      to,
    };
  });
  const where = Object.fromEntries(Object.entries(series).map(([column, value]) => [column, String(value)]));
  return { changes, where };
}
