/** Rows of `month,passengers` with a header as one series; empty cells are missing values. */
export function seriesFrom(csv) {
  const rows = csv
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(","));
  return {
    name: "passengers",
    start: rows[0][0].length === 7 ? `${rows[0][0]}-01` : rows[0][0],
    values: rows.map(([, value]) => (value === "" ? null : Number(value))),
  };
}

/** Backtests some models, trains the best one, and returns what both examples show. */
export async function forecastPassengers({ panelOf, backtest, train }, csv) {
  const panel = panelOf([seriesFrom(csv)], { frequency: "month", horizon: 12 });
  const scores = [];
  for (const model of ["seasonal-naive", "auto-ets", "auto-theta", "boosting"]) {
    const { metrics } = await backtest(panel, { model, windows: 3 });
    scores.push({ model, mase: metrics.mase });
  }
  scores.sort((a, b) => a.mase - b.mase);
  const best = await train(panel, { model: scores[0].model });
  const [forecast] = await best.forecast();
  const trees = await train(panel, { model: "boosting" });
  const [explanation] = await trees.explain();
  return { scores, forecast, explanation };
}
