/** What is sold where, and how demand answers each factor. Every number here is invented; the README says so. */
export interface Store {
  readonly name: string;
  /** German state, for public holidays. */
  readonly region: string;
  /** Demand relative to the average store. */
  readonly size: number;
  /** Floor space in square metres. */
  readonly area: number;
  /** Yearly mean temperature in °C. */
  readonly climate: number;
}

export interface Product {
  readonly name: string;
  readonly category: string;
  /** Units a day in a store of size 1. */
  readonly base: number;
  readonly listPrice: number;
  /** Own-price elasticity: demand moves with (price / list price) to this power. */
  readonly elasticity: number;
  /** Share of base demand gained per 100 % that the competitor is dearer than usual. */
  readonly crossElasticity: number;
  /** Share of base demand a promotion adds, beside its discount. */
  readonly promotionLift: number;
  /** Share of base demand gained a year. */
  readonly growth: number;
  /** Amplitude of the yearly wave as a share of base demand, and its peak as a day of the year. */
  readonly seasonAmplitude: number;
  readonly seasonPeak: number;
  /** Share of base demand gained per °C above the normal of the day. */
  readonly perDegree: number;
  /** Share of base demand gained per mm of rain (capped at 15 mm). */
  readonly perMillimetre: number;
  /** Share of base demand on a public holiday and on the working day before. */
  readonly holiday: number;
  readonly holidayEve: number;
}

export const stores: readonly Store[] = [
  { name: "Augsburg", region: "BY", size: 0.8, area: 650, climate: 9.0 },
  { name: "Berlin", region: "BE", size: 1.5, area: 1400, climate: 10.0 },
  { name: "Hamburg", region: "HH", size: 1.2, area: 1100, climate: 9.6 },
  { name: "Köln", region: "NW", size: 1.0, area: 900, climate: 10.8 },
];

export const products: readonly Product[] = [
  {
    name: "bread",
    category: "bakery",
    base: 120,
    listPrice: 2.8,
    elasticity: -0.6,
    crossElasticity: 0.2,
    promotionLift: 0.08,
    growth: 0.01,
    seasonAmplitude: 0.04,
    seasonPeak: 20,
    perDegree: -0.002,
    perMillimetre: -0.004,
    holiday: -0.35,
    holidayEve: 0.3,
  },
  {
    name: "coffee",
    category: "grocery",
    base: 45,
    listPrice: 6.5,
    elasticity: -1.8,
    crossElasticity: 0.7,
    promotionLift: 0.35,
    growth: -0.03,
    seasonAmplitude: 0.1,
    seasonPeak: 355,
    perDegree: -0.006,
    perMillimetre: 0.002,
    holiday: -0.25,
    holidayEve: 0.2,
  },
  {
    name: "ice cream",
    category: "frozen",
    base: 60,
    listPrice: 3.2,
    elasticity: -1.4,
    crossElasticity: 0.4,
    promotionLift: 0.25,
    growth: 0.05,
    seasonAmplitude: 0.38,
    seasonPeak: 200,
    perDegree: 0.03,
    perMillimetre: -0.012,
    holiday: 0.1,
    holidayEve: 0.15,
  },
  {
    name: "milk",
    category: "dairy",
    base: 150,
    listPrice: 1.2,
    elasticity: -0.4,
    crossElasticity: 0.3,
    promotionLift: 0.05,
    growth: -0.01,
    seasonAmplitude: 0.03,
    seasonPeak: 60,
    perDegree: 0.001,
    perMillimetre: -0.003,
    holiday: -0.3,
    holidayEve: 0.35,
  },
  {
    name: "umbrella",
    category: "household",
    base: 25,
    listPrice: 12,
    elasticity: -1.1,
    crossElasticity: 0.2,
    promotionLift: 0.2,
    growth: 0.02,
    seasonAmplitude: 0.15,
    seasonPeak: 310,
    perDegree: -0.008,
    perMillimetre: 0.06,
    holiday: -0.3,
    holidayEve: 0.05,
  },
];

/** Demand by day of the week relative to the average, Monday first; sums to 0. */
export const weekProfile: readonly number[] = [-0.1, -0.12, -0.06, 0, 0.14, 0.26, -0.12];
