import { uniformStream } from "../../../daemon/forecasting/numerics/random.ts";

/** Monthly demand of many parts, and what all of them together sell in a month on average. */
export interface DemandPanel {
  readonly name: string;
  readonly pasts: readonly (readonly number[])[];
  readonly expected: number;
}

type Uniform = () => number;

/** Knuth's method: uniform numbers are multiplied until their product falls below e^−rate. */
export function poisson(rate: number, uniform: Uniform): number {
  const limit = Math.exp(-rate);
  let count = 0;
  for (let product = uniform(); product > limit; product *= uniform()) count++;
  return count;
}

/** A Poisson number whose rate is gamma distributed with the whole number `shape` as its shape: variance mean + mean² ÷ shape. */
export function negativeBinomial(mean: number, shape: number, uniform: Uniform): number {
  let gamma = 0;
  for (let part = 0; part < shape; part++) gamma -= Math.log(1 - uniform());
  return poisson((mean * gamma) / shape, uniform);
}

/** Nothing in most months; else a lot whose size is geometric from 1 on, 8 on average. */
export function lumpy(chance: number, uniform: Uniform): number {
  if (uniform() >= chance) return 0;
  return 1 + Math.floor(Math.log(1 - uniform()) / Math.log(1 - 1 / 8));
}

/** Panels of the three kinds; the parts of each sell between a tenth and 1.6 units a month. */
export function demandPanels(parts: number, months: number, seed: number): DemandPanel[] {
  const rates = Array.from({ length: parts }, (_, part) => 0.1 + (1.5 * part) / (parts - 1));
  const made = (name: string, draw: (rate: number, uniform: Uniform) => number): DemandPanel => {
    const uniform = uniformStream(seed);
    return {
      name,
      pasts: rates.map((rate) => Array.from({ length: months }, () => draw(rate, uniform))),
      expected: rates.reduce((sum, rate) => sum + rate, 0),
    };
  };
  return [
    made("Poisson", poisson),
    made("negative binomial", (rate, uniform) => negativeBinomial(rate, 1, uniform)),
    made("lumpy", (rate, uniform) => lumpy(rate / 8, uniform)),
  ];
}
