import type { ArimaOrder, ArmaCoefficients } from "./order.ts";
import { fromPartial, toPartial } from "./polynomial.ts";

/** Coefficients from an unbounded vector: partial autocorrelations are its tanh, so all roots lie outside the unit circle. */
export function coefficientsAt(x: ArrayLike<number>, { p, q, P, Q }: ArimaOrder): ArmaCoefficients {
  let used = 0;
  const take = (count: number): number[] => {
    const partial = Float64Array.from({ length: count }, (_, i) => Math.tanh(x[used + i]!));
    used += count;
    return [...fromPartial(partial)];
  };
  const negative = (values: number[]) => values.map((value) => -value);
  return { ar: take(p), ma: negative(take(q)), seasonalAr: take(P), seasonalMa: negative(take(Q)) };
}

/** The vector that `coefficientsAt` maps to these coefficients, cut or filled with zeros to fit the order. */
export function vectorOf(
  { ar, ma, seasonalAr, seasonalMa }: ArmaCoefficients,
  { p, q, P, Q }: ArimaOrder,
): Float64Array {
  const negative = (values: readonly number[]) => values.map((value) => -value);
  const part = (values: readonly number[], size: number) => {
    const partial = toPartial(values) ?? new Float64Array(0);
    return Array.from({ length: size }, (_, i) => Math.atanh(Math.max(-0.999, Math.min(0.999, partial[i] ?? 0))));
  };
  return Float64Array.from([
    ...part(ar, p),
    ...part(negative(ma), q),
    ...part(seasonalAr, P),
    ...part(negative(seasonalMa), Q),
  ]);
}
