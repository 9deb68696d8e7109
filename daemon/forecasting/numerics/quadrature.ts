export interface Quadrature {
  readonly points: readonly number[];
  readonly weights: readonly number[];
}

const known = new Map<number, Quadrature>();

/**
 * Gauss–Legendre points and weights on [0, 1]: `count` points integrate polynomials up to degree 2 × count − 1 exactly.
 * Roots of the Legendre polynomial by Newton's method (Abramowitz & Stegun 25.4.29–30).
 */
export function quadrature(count: number): Quadrature {
  const found = known.get(count);
  if (found !== undefined) return found;
  const points: number[] = [];
  const weights: number[] = [];
  for (let i = 0; i < count; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5));
    let slope = 1;
    for (let pass = 0; pass < 20; pass++) {
      const { value, derivative } = legendre(count, x);
      slope = derivative;
      x -= value / derivative;
    }
    points.push((1 + x) / 2);
    weights.push(1 / ((1 - x * x) * slope * slope));
  }
  const rule = { points, weights };
  known.set(count, rule);
  return rule;
}

function legendre(degree: number, x: number): { value: number; derivative: number } {
  let previous = 1;
  let value = x;
  for (let k = 2; k <= degree; k++) {
    const next = ((2 * k - 1) * x * value - (k - 1) * previous) / k;
    previous = value;
    value = next;
  }
  return { value, derivative: (degree * (x * value - previous)) / (x * x - 1) };
}
