/** Three small data sets, drawn from a seed, and the experiments on them. */

/** A data set with its experiment; `newer` is the same table some steps later. */
export interface GoldenPanel {
  readonly name: string;
  /** The experiment file without its models and search. */
  readonly experiment: string;
  readonly data: string;
  readonly newer: string;
  /** Changes of known covariates for questions; none where the panel has no known covariates. */
  readonly questions?: { readonly lever: string; readonly other: string; readonly range: [number, number] };
}

const day = 86_400_000;

/** Numbers evenly spread over [0, 1), the same on every machine (Park and Miller 1988). */
function stream(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

function isoDay(start: number, step: number): string {
  return new Date(start + step * day).toISOString().slice(0, 10);
}

/** The target, or an empty cell from step `past` on. */
function until(past: number, step: number, value: number | string): string {
  return step < past ? String(value) : "";
}

/** One monthly series with a trend and a season. */
function monthly(past: number): string {
  const random = stream(11);
  const rows = Array.from({ length: past }, (_, step) => {
    const season = 18 * Math.sin((2 * Math.PI * step) / 12) + 7 * Math.cos((2 * Math.PI * step) / 6);
    const month = new Date(Date.UTC(2012, step, 1)).toISOString().slice(0, 10);
    return `${month},${(120 + 0.6 * step + season + 9 * (random() - 0.5)).toFixed(2)}`;
  });
  return ["month,passengers", ...rows, ""].join("\n");
}

/** Daily sales of two products in two shops. Days are missing of the last series. */
function shops(past: number, future: number): string {
  const rows = [0, 1].flatMap((place) =>
    [0, 1].flatMap((kind) => {
      const random = stream(101 + 2 * place + kind);
      const all = Array.from({ length: past + future }, (_, step) => shopRow(place, kind, step, past, random));
      return place + kind === 2 ? all.filter((_, step) => step < 41 || step > 45) : all;
    }),
  );
  return ["date,shop,product,units,price,promotion,weather,visitors,shelf", ...rows, ""].join("\n");
}

/** One day of one product in one shop. */
function shopRow(place: number, kind: number, step: number, past: number, random: () => number): string {
  const offer = step % 17 < 3 ? -0.5 : 0;
  const price = 2 + kind + offer + 0.01 * Math.round(10 * random());
  const promotion = step % 23 < 4 ? 1 : 0;
  const weather = Math.floor(3 * random());
  const effects = 1 + 0.25 * promotion - 0.1 * (price - 2 - kind) - 0.08 * weather;
  const mean = (40 + 30 * place + 15 * kind) * effects * dayFactor(place, kind, step);
  const units = mean * (0.9 + 0.2 * random());
  return [
    ...[isoDay(Date.UTC(2023, 1, 1), step), places[place], products[kind], until(past, step, units.toFixed(1))],
    ...[price.toFixed(2), promotion, weathers[weather], until(past, step, Math.round(3 * mean + 20 * random()))],
    kind > place ? "window" : "back",
  ].join(",");
}

const places = ["north", "south"];
const products = ["bread", "cake"];
const weathers = ["sun", "cloud", "rain"];

/** The first shop closes on Sundays, Fridays and Saturdays are busy, and one value of the second shop is a slip. */
function dayFactor(place: number, kind: number, step: number): number {
  const weekday = (step + 3) % 7;
  if (place === 0 && weekday === 0) return 0;
  if (place === 1 && kind === 0 && step === 61) return 12;
  return weekday > 4 ? 1.3 : 1;
}

/** Weekly counts with many zeros; the last part has never been sold. */
function parts(past: number, future: number): string {
  const start = Date.UTC(2021, 0, 4);
  const rows = ["a", "b", "c", "d", "e", "new"].flatMap((part, index) => {
    const random = stream(501 + index);
    const rate = 0.15 + 0.12 * index;
    const first = part === "new" ? past : 9 * (index % 3);
    return Array.from({ length: past + future - first }, (_, row) => {
      const step = first + row;
      const campaign = step % 13 === 5 ? 1 : 0;
      const sold = random() < rate + 0.3 * campaign ? 1 + Math.floor(4 * random() * random() + 2 * campaign) : 0;
      const kind = index % 2 === 0 ? "valve" : "seal";
      return [isoDay(start, 7 * step), part, until(past, step, sold), campaign, kind].join(",");
    });
  });
  return ["week,part,sold,campaign,kind", ...rows, ""].join("\n");
}

export const goldenPanels: readonly GoldenPanel[] = [
  {
    name: "monthly",
    experiment: `data: { source: data.csv, time: month, target: passengers, frequency: month }
forecast: { horizon: 6 }
evaluation: { metric: mase, windows: 2 }
explain: true
`,
    data: monthly(66),
    newer: monthly(69),
  },
  {
    name: "shops",
    experiment: `data: { source: data.csv, time: date, series: [shop, product], target: units, frequency: day }
covariates:
  known: [price, promotion, weather]
  observed: [visitors]
  static: [shelf]
  monotone: { price: falling }
  calendar: { country: DE }
forecast: { horizon: 7, gap: 1, quantiles: [0.05, 0.5, 0.9], minimum: 0 }
evaluation: { metric: wape, windows: 2 }
explain: { samples: 16, permutation: 1 }
scenarios:
  - { name: cheaper, set: { price: "* 0.9" } }
  - { name: rain, set: { weather: rain, promotion: 0 }, series: { shop: south } }
`,
    data: shops(105, 8),
    newer: shops(108, 8),
    questions: { lever: "price", other: "promotion", range: [0.8, 1.2] },
  },
  {
    name: "parts",
    experiment: `data:
  source: data.csv
  time: week
  series: [part]
  target: sold
  frequency: week
  missing: { target: zero }
covariates: { known: [campaign], static: [kind] }
forecast: { horizon: 4, quantiles: [0.5, 0.9], minimum: 0, maximum: 50, integer: true }
evaluation: { metric: wql, windows: 3, step: 2 }
explain: { samples: 16 }
scenarios:
  - { name: campaign, set: { campaign: 1 } }
`,
    data: parts(80, 4),
    newer: parts(83, 4),
    questions: { lever: "campaign", other: "campaign", range: [0, 2] },
  },
];
