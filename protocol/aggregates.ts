/** How the values of several rows of one series at one step become one value. */
export const aggregations = ["sum", "mean", "last"] as const;

export type Aggregation = (typeof aggregations)[number];

/** Words of `data.aggregate`: `error` refuses several rows at one step. */
export const aggregates = ["error", ...aggregations] as const;

/** What numeric covariates become where the target is aggregated this way; texts always take the last value. */
export function covariateAggregation(target: Aggregation): Aggregation {
  return target === "last" ? "last" : "mean";
}
