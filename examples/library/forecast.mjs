// Forecasts monthly passengers with the library: node examples/library/forecast.mjs
import { readFile } from "node:fs/promises";
import * as library from "almanac-forecast/forecasting";
import { forecastPassengers } from "./passengers.mjs";

const csv = await readFile(new URL("../air-passengers/air-passengers.csv", import.meta.url), "utf8");
const { scores, forecast, explanation } = await forecastPassengers(library, csv);

console.log("MASE on three backtest origins");
for (const { model, mase } of scores) console.log(`  ${model.padEnd(16)} ${mase.toFixed(3)}`);
console.log(`Forecast of ${scores[0].model}, with the interval that holds 80 %`);
forecast.time.forEach((time, step) => {
  const [low, high] = [forecast.quantiles["0.1"][step], forecast.quantiles["0.9"][step]];
  console.log(`  ${time.slice(0, 7)}  ${forecast.mean[step].toFixed(1)}  (${low.toFixed(1)} to ${high.toFixed(1)})`);
});
console.log(`Why boosting says ${explanation.mean.toFixed(1)} for ${explanation.time.slice(0, 7)}`);
console.log(`  ${explanation.baseline.toFixed(1).padStart(6)}  average`);
const factors = Object.entries(explanation.contributions).sort(([, a], [, b]) => Math.abs(b) - Math.abs(a));
for (const [factor, value] of factors.slice(0, 5)) console.log(`  ${value.toFixed(1).padStart(6)}  ${factor}`);
