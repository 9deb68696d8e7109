import { fitVariant, type ThetaFit, type ThetaVariant } from "./variant.ts";

/** Shortest series whose line and smoothing can be estimated. */
const shortest = 6;

/**
 * Fits the wanted form, or the better of the dynamic ones by AIC. The forms with a fixed line are left out of the choice: their
 * line is fitted to the whole series, so their errors in sample look ahead and are not comparable (chosen by them, the error on
 * the training part of M3's monthly series rises by a tenth).
 */
export function selectTheta(history: Float64Array, wanted: ThetaVariant | undefined): ThetaFit {
  if (history.length < shortest || history.every((value) => value === history[0])) return levelOnly(history);
  if (wanted !== undefined) return fitVariant(history, wanted);
  const plain = fitVariant(history, "dynamic-standard");
  const free = fitVariant(history, "dynamic-optimised");
  // One parameter more costs 2.
  const gain = history.length * Math.log((plain.meanSquare + 1e-300) / (free.meanSquare + 1e-300));
  return gain > 2 ? free : plain;
}

/** Simple smoothing without trend. */
function levelOnly(history: Float64Array): ThetaFit {
  const alpha = 0.5;
  const start = history[0] ?? 0;
  let level = start;
  let squares = 0;
  for (const value of history) {
    squares += (value - level) ** 2;
    level += alpha * (value - level);
  }
  const meanSquare = squares / Math.max(1, history.length - 1);
  return {
    variant: "standard",
    alpha,
    weight: 0,
    level: start,
    intercept: 0,
    slope: 0,
    variance: meanSquare,
    meanSquare,
  };
}
