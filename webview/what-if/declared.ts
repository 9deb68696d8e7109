import { parseChange } from "../../protocol/experiment/values.ts";
import type { ReportSummary } from "../../protocol/report.ts";
import { emptyPlan, type Plan, withChange } from "./plan.ts";
import type { Kept } from "./state.ts";

/** The scenarios of the experiment that hold for the whole window and every series, as plans to begin with. */
export function declaredScenarios({ scenarios = [], experiment: { horizon } }: ReportSummary): Kept[] {
  return scenarios.flatMap(({ name, changes, partial }) => {
    if (partial === true) return [];
    const plan = changes.reduce((next: Plan, { covariate, change }) => {
      const { operation, value } = parseChange(numberOr(change));
      const kind = operation === "replace" ? "set" : operation;
      return withChange(next, covariate, { operation: kind, value, from: 0, to: horizon - 1 });
    }, emptyPlan);
    return [{ name, plan }];
  });
}

/** Reports hold every change as text. */
function numberOr(text: string): string | number {
  return text.trim() !== "" && Number.isFinite(Number(text)) && !/^\s*[+-]\s/.test(text) ? Number(text) : text;
}
