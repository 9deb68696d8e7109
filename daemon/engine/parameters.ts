import { EngineError } from "../../protocol/errors.ts";
import { hash32, hashText, normal, random } from "./random.ts";
import { sameShape, shapeError, sizeOf } from "./shape.ts";
import { apply, type Tensor } from "./tensor.ts";

/**
 * How a parameter starts: constants, `glorot` (uniform within ±√(6 / (in + out)), Glorot and Bengio 2010), `he` (normal
 * with variance 2 / in, He et al. 2015), uniform within ± a bound, normal with a deviation, or given values.
 */
export type Initial = "zeros" | "ones" | "glorot" | "he" | { uniform: number } | { normal: number } | Float32Array;

export interface Parameter {
  readonly name: string;
  readonly shape: readonly number[];
  readonly tensor: Tensor;
  readonly initial: Float32Array;
  /** Whether weight decay applies: to matrices, not to biases and scales. */
  readonly decay: boolean;
}

/** Values of parameters by name. */
export type Weights = ReadonlyMap<string, Float32Array>;

/** The learned tensors of a model. Asking twice for one name gives the same tensor. */
export class Parameters {
  readonly #seed: number;
  readonly #entries = new Map<string, Parameter>();

  /** `seed` decides every initial value, whatever the order in which parameters are asked for. */
  constructor(seed: number) {
    this.#seed = seed;
  }

  /** A learned tensor. Throws EngineError when the name is taken by another shape. */
  weight(name: string, shape: readonly number[], initial: Initial, decay = shape.length > 1): Tensor {
    const existing = this.#entries.get(name);
    if (existing !== undefined) {
      if (!sameShape(existing.shape, shape)) {
        throw shapeError(`parameter ${name}`, [existing.shape, shape], "the name is used twice with different shapes");
      }
      return existing.tensor;
    }
    const tensor = apply("Parameter", [], { name }, shape);
    const values = initialValues(name, shape, initial, hash32(this.#seed, hashText(name)));
    this.#entries.set(name, { name, shape, tensor, initial: values, decay });
    return tensor;
  }

  /** Every parameter in the order of creation. */
  list(): readonly Parameter[] {
    return [...this.#entries.values()];
  }

  /** Initial values. */
  initial(): Weights {
    return new Map(this.list().map(({ name, initial }) => [name, initial]));
  }

  /** Learned numbers in all. */
  count(): number {
    return this.list().reduce((total, { initial }) => total + initial.length, 0);
  }
}

function initialValues(name: string, shape: readonly number[], initial: Initial, seed: number): Float32Array {
  const values = new Float32Array(sizeOf(shape));
  if (initial instanceof Float32Array) {
    if (initial.length !== values.length) {
      throw new EngineError(`Parameter ${name} needs ${values.length} values but was given ${initial.length}.`);
    }
    return initial.slice();
  }
  if (initial === "zeros") return values;
  if (initial === "ones") return values.fill(1);
  const draw = distribution(shape, initial, random(seed));
  return values.map(draw);
}

function distribution(
  shape: readonly number[],
  initial: "glorot" | "he" | { uniform: number } | { normal: number },
  next: () => number,
): () => number {
  const output = shape.at(-1) ?? 1;
  const input = shape.at(-2) ?? 1;
  if (initial === "he") return () => normal(next) * Math.sqrt(2 / input);
  if (typeof initial === "object" && "normal" in initial) return () => normal(next) * initial.normal;
  const bound = initial === "glorot" ? Math.sqrt(6 / (input + output)) : initial.uniform;
  return () => (2 * next() - 1) * bound;
}
