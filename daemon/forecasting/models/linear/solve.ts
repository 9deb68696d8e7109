/** Cross products of standardised inputs with each other and with a centred target. */
export interface Moments {
  readonly width: number;
  readonly rows: number;
  /** width × width, symmetric. */
  readonly gram: Float64Array;
  readonly cross: Float64Array;
}

/** Sums over some rows of a row-major design. */
export function momentsOf(values: Float64Array, width: number, target: Float64Array, rows: Int32Array): Moments {
  const gram = new Float64Array(width * width);
  const cross = new Float64Array(width);
  for (const row of rows) {
    const at = row * width;
    const y = target[row]!;
    for (let i = 0; i < width; i++) {
      const x = values[at + i]!;
      if (x === 0) continue;
      cross[i]! += x * y;
      const line = i * width;
      for (let j = i; j < width; j++) gram[line + j]! += x * values[at + j]!;
    }
  }
  for (let i = 0; i < width; i++) for (let j = 0; j < i; j++) gram[i * width + j] = gram[j * width + i]!;
  return { width, rows: rows.length, gram, cross };
}

/**
 * Elastic net by cyclic coordinate descent on cross products (Friedman, Hastie & Tibshirani 2010): minimises
 * ½/n ‖y − Xb‖² + penalty × (share ‖b‖₁ + ½ (1 − share) ‖b‖²). With share 0 it is ridge regression, solved directly.
 *
 * @param start coefficients to start from, such as those of a larger penalty
 */
export function elasticNet(moments: Moments, penalty: number, share: number, start: Float64Array): Float64Array {
  if (share === 0) return ridge(moments, penalty);
  const { width, rows, gram, cross } = moments;
  const coefficients = start.slice();
  const residual = cross.map((value, i) => {
    let fitted = 0;
    for (let j = 0; j < width; j++) fitted += gram[i * width + j]! * coefficients[j]!;
    return value - fitted;
  });
  const sparse = penalty * share * rows;
  const shrink = penalty * (1 - share) * rows;
  for (let pass = 0; pass < 1000; pass++) {
    let largest = 0;
    for (let i = 0; i < width; i++) {
      const own = gram[i * width + i]!;
      if (own === 0) continue;
      const pull = residual[i]! + own * coefficients[i]!;
      const next = (Math.sign(pull) * Math.max(0, Math.abs(pull) - sparse)) / (own + shrink);
      const change = next - coefficients[i]!;
      if (change === 0) continue;
      coefficients[i] = next;
      for (let j = 0; j < width; j++) residual[j]! -= gram[i * width + j]! * change;
      largest = Math.max(largest, Math.abs(change));
    }
    if (largest < 1e-7) break;
  }
  return coefficients;
}

/** Ridge regression, (XᵀX + n × penalty I) b = Xᵀy, by Cholesky's decomposition (Hoerl & Kennard 1970). */
export function ridge({ width, rows, gram, cross }: Moments, penalty: number): Float64Array {
  const lower = gram.slice();
  const ridge = penalty * rows + 1e-9 * rows;
  for (let i = 0; i < width; i++) lower[i * width + i]! += ridge;
  for (let j = 0; j < width; j++) {
    for (let k = 0; k < j; k++) {
      const factor = lower[j * width + k]!;
      if (factor === 0) continue;
      lower[j * width + j]! -= factor * factor;
    }
    const diagonal = Math.sqrt(Math.max(lower[j * width + j]!, 1e-300));
    lower[j * width + j] = diagonal;
    for (let i = j + 1; i < width; i++) {
      let sum = lower[i * width + j]!;
      for (let k = 0; k < j; k++) sum -= lower[i * width + k]! * lower[j * width + k]!;
      lower[i * width + j] = sum / diagonal;
    }
  }
  const solution = cross.slice();
  for (let i = 0; i < width; i++) {
    for (let k = 0; k < i; k++) solution[i]! -= lower[i * width + k]! * solution[k]!;
    solution[i]! /= lower[i * width + i]!;
  }
  for (let i = width - 1; i >= 0; i--) {
    for (let k = i + 1; k < width; k++) solution[i]! -= lower[k * width + i]! * solution[k]!;
    solution[i]! /= lower[i * width + i]!;
  }
  return solution;
}
