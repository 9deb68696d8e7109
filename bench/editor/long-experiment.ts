/** A file of 200 lines over `factors` covariates, as a person with many of them writes it. */
export function longExperiment(source: string, factors = 180): string {
  const covariates = Array.from({ length: factors }, (_, index) => `    - factor_${index}`);
  return [
    ...["experiment: long", "data:", `  source: ${source}`, "  time: date", "  series: [store]", "  target: units"],
    ...["covariates:", "  known:", ...covariates, "forecast:", "  horizon: 28", "evaluation:", "  metric: mase"],
    ...["  windows: 3", "search:", "  models:", "    - auto-ets", "    - boosting", "  budget: 5 minutes"],
    ...["explain: true", ""],
  ].join("\n");
}

/** Data for it: 10 stores with 400 days each, and 28 more days of the factors. */
export function longTable(factors = 180): string {
  const names = Array.from({ length: factors }, (_, index) => `factor_${index}`);
  const rows = [["date", "store", "units", ...names].join(",")];
  for (let store = 0; store < 10; store++) {
    for (let day = 0; day < 428; day++) {
      const date = new Date(Date.UTC(2025, 0, 1 + day)).toISOString().slice(0, 10);
      const values = names.map((_, index) => ((day * (index + 3)) % 17) + index);
      rows.push([date, `store ${store}`, day < 400 ? 20 + (day % 7) * 3 + store : "", ...values].join(","));
    }
  }
  return `${rows.join("\n")}\n`;
}
