/** Learning rate of a step, the first being 0. Evaluated on the host in double precision, so it may change between runs. */
export type Schedule = (step: number) => number;

/** The same rate throughout. */
export function constantRate(rate: number): Schedule {
  return () => rate;
}

/**
 * Linear warm-up to `rate`, then half a cosine down to `floor` (a fraction of `rate`) at `total` steps
 * (Loshchilov and Hutter 2017, one period).
 */
export function cosine(options: { rate: number; total: number; warmup?: number; floor?: number }): Schedule {
  const { rate, total, warmup = 0, floor = 0 } = options;
  return (step) => {
    if (step < warmup) return (rate * (step + 1)) / warmup;
    return rate * (floor + (1 - floor) * halfCosine((step - warmup) / Math.max(1, total - warmup)));
  };
}

/**
 * One cycle (Smith and Topin 2018): half a cosine up from rate / 25 to `rate` in the first `rise` of the steps, half a
 * cosine down to rate / 10,000 in the rest.
 */
export function oneCycle(options: { rate: number; total: number; rise?: number }): Schedule {
  const { rate, total, rise = 0.3 } = options;
  const [start, end] = [rate / 25, rate / 10_000];
  const peak = Math.max(1, total * rise);
  return (step) => {
    if (step < peak) return rate + (start - rate) * halfCosine(step / peak);
    return end + (rate - end) * halfCosine((step - peak) / Math.max(1, total - peak));
  };
}

/** 1 at 0 falling to 0 at 1 and after. */
function halfCosine(fraction: number): number {
  return (1 + Math.cos(Math.PI * Math.min(1, fraction))) / 2;
}
