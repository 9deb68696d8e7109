import type { ArimaOrder, ArmaCoefficients } from "./order.ts";

/**
 * Autoregressive coefficients φ₁ … φ_p of a stationary process from its partial autocorrelations, all inside (−1, 1), by the
 * Durbin–Levinson recursion (Barndorff-Nielsen & Schou 1973; Jones 1980).
 */
export function fromPartial(partial: ArrayLike<number>): Float64Array {
  const phi = new Float64Array(partial.length);
  const before = new Float64Array(partial.length);
  for (let k = 0; k < partial.length; k++) {
    const last = partial[k]!;
    before.set(phi);
    for (let i = 0; i < k; i++) phi[i] = before[i]! - last * before[k - 1 - i]!;
    phi[k] = last;
  }
  return phi;
}

/** Partial autocorrelations of φ₁ … φ_p, the inverse of `fromPartial`; undefined where the process is not stationary. */
export function toPartial(phi: ArrayLike<number>): Float64Array | undefined {
  const current = Float64Array.from(phi);
  const before = new Float64Array(phi.length);
  for (let k = phi.length - 1; k >= 0; k--) {
    const last = current[k]!;
    if (!(Math.abs(last) < 1)) return undefined;
    before.set(current);
    for (let i = 0; i < k; i++) current[i] = (before[i]! + last * before[k - 1 - i]!) / (1 - last * last);
  }
  return current;
}

/** Whether all roots of 1 − Σ φ_i zⁱ lie further from the origin than `radius` (at least 1). */
export function rootsBeyond(phi: ArrayLike<number>, radius: number): boolean {
  return toPartial(Float64Array.from(phi, (value, i) => value * radius ** (i + 1))) !== undefined;
}

/** Coefficients of a product (1 + Σ a_i Bⁱ)(1 + Σ s_j B^(season·j)), the leading 1 left out. */
function multiplySeasonal(plain: ArrayLike<number>, seasonal: ArrayLike<number>, season: number): Float64Array {
  const product = new Float64Array(plain.length + seasonal.length * season);
  for (let i = 0; i < plain.length; i++) product[i] = plain[i]!;
  for (let j = 0; j < seasonal.length; j++) {
    const lag = (j + 1) * season;
    product[lag - 1] = product[lag - 1]! + seasonal[j]!;
    for (let i = 0; i < plain.length; i++) product[lag + i] = product[lag + i]! + seasonal[j]! * plain[i]!;
  }
  return product;
}

/** The full lag polynomials of a seasonal process: φ (1 − Σ φ_i Bⁱ) and θ (1 + Σ θ_j Bʲ). */
export interface LagPolynomials {
  readonly phi: Float64Array;
  readonly theta: Float64Array;
}

/** Multiplies the plain by the seasonal polynomials. */
export function lagPolynomials(coefficients: ArmaCoefficients, season: number): LagPolynomials {
  const negative = (values: readonly number[]) => values.map((value) => -value);
  const phi = multiplySeasonal(negative(coefficients.ar), negative(coefficients.seasonalAr), season);
  return {
    phi: phi.map((value) => -value),
    theta: multiplySeasonal(coefficients.ma, coefficients.seasonalMa, season),
  };
}

/** δ₁, δ₂, … of (1 − B)^d (1 − B^season)^D = 1 + Σ δ_i Bⁱ. */
export function differencePolynomial({ d, D, season }: Pick<ArimaOrder, "d" | "D" | "season">): Float64Array {
  let product = new Float64Array(0);
  for (let i = 0; i < d; i++) product = multiplySeasonal(product, [-1], 1) as Float64Array<ArrayBuffer>;
  for (let i = 0; i < D; i++) product = multiplySeasonal(product, [-1], season) as Float64Array<ArrayBuffer>;
  return product;
}

/** `values` after (1 − B)^d (1 − B^season)^D; shorter by d + D · season. */
export function difference(
  values: Float64Array,
  { d, D, season }: Pick<ArimaOrder, "d" | "D" | "season">,
): Float64Array {
  let current = values;
  for (let i = 0; i < D; i++) current = lagDifference(current, season);
  for (let i = 0; i < d; i++) current = lagDifference(current, 1);
  return current;
}

function lagDifference(values: Float64Array, lag: number): Float64Array {
  const differenced = new Float64Array(Math.max(0, values.length - lag));
  for (let i = 0; i < differenced.length; i++) differenced[i] = values[i + lag]! - values[i]!;
  return differenced;
}

/** ψ₀ … ψ_(count − 1) of θ(B) / (φ(B) Δ(B)): the weights of past shocks, whose squares add up to the forecast's variance. */
export function psiWeights({ phi, theta }: LagPolynomials, delta: Float64Array, count: number): Float64Array {
  const negative = phi.map((value) => -value);
  const full = multiplyDense(negative, delta);
  const psi = new Float64Array(count);
  for (let j = 0; j < count; j++) {
    let value = j === 0 ? 1 : (theta[j - 1] ?? 0);
    for (let i = 1; i <= Math.min(j, full.length); i++) value -= full[i - 1]! * psi[j - i]!;
    psi[j] = value;
  }
  return psi;
}

function multiplyDense(a: Float64Array, b: Float64Array): Float64Array {
  const product = new Float64Array(a.length + b.length);
  for (let i = 0; i < a.length; i++) product[i] = a[i]!;
  for (let j = 0; j < b.length; j++) {
    product[j] = product[j]! + b[j]!;
    for (let i = 0; i < a.length; i++) product[i + j + 1] = product[i + j + 1]! + a[i]! * b[j]!;
  }
  return product;
}
