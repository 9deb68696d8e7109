import Holidays from "date-holidays";
import { type Product, products, type Store, stores, weekProfile } from "./catalogue.ts";
import { type Random, seededRandom } from "./random.ts";

/** The parts of expected demand, in units a day; they add up to `expected` exactly. */
export const factors = [
  "base",
  "trend",
  "weekly",
  "yearly",
  "price",
  "promotion",
  "holiday",
  "temperature",
  "rain",
  "competitor_price",
  "stock_out",
] as const;

export type Factor = (typeof factors)[number];

/** One day of one product in one store. */
export interface RetailRow {
  readonly date: string;
  readonly store: Store;
  readonly product: Product;
  readonly price: number;
  readonly promotion: number;
  readonly holiday: number;
  readonly holidayEve: number;
  readonly temperature: number;
  readonly rain: number;
  readonly competitorPrice: number;
  /** Share of the day that the shelf was empty. */
  readonly stockOut: number;
  /** Visitors of the store: follows the same causes, has no effect of its own. */
  readonly footfall: number;
  readonly contributions: Readonly<Record<Factor, number>>;
  /** Sum of the contributions: demand without noise. */
  readonly expected: number;
  /** Units sold. */
  readonly units: number;
}

export interface SimulationOptions {
  readonly seed?: number;
  /** First day, YYYY-MM-DD. */
  readonly start?: string;
  readonly days?: number;
  /** Days after the past whose sales an experiment has to forecast. */
  readonly futureDays?: number;
}

export interface RetailData {
  readonly past: readonly RetailRow[];
  readonly future: readonly RetailRow[];
}

const dayMs = 86_400_000;

/** Three years of daily sales of 5 products in 4 stores, and the 28 days after. The same seed gives the same numbers. */
export function simulateRetail(options: SimulationOptions = {}): RetailData {
  const { seed = 7, start = "2022-01-01", days = 1096, futureDays = 28 } = options;
  const first = Date.parse(start);
  const dates = Array.from({ length: days + futureDays }, (_, i) => new Date(first + i * dayMs));
  const past: RetailRow[] = [];
  const future: RetailRow[] = [];
  stores.forEach((store, storeIndex) => {
    const random = seededRandom(seed * 1000 + storeIndex);
    const weather = simulateWeather(dates, store, random);
    const holidays = holidaysOf(dates, store);
    products.forEach((product, productIndex) => {
      const own = seededRandom(seed * 1000 + 100 * (storeIndex + 1) + productIndex);
      const prices = simulatePrices(dates.length, product, own);
      dates.forEach((date, day) => {
        const row = simulateRow({ date, day, store, product, weather, holidays, prices, random: own });
        (day < days ? past : future).push(row);
      });
    });
  });
  return { past, future };
}

interface Weather {
  /** °C above the normal of the day. */
  readonly anomaly: Float64Array;
  readonly temperature: Float64Array;
  readonly rain: Float64Array;
}

/** Temperature: a yearly wave and an autoregressive anomaly. Rain: wet and dry spells with exponential amounts. */
function simulateWeather(dates: readonly Date[], store: Store, random: Random): Weather {
  const anomaly = new Float64Array(dates.length);
  const temperature = new Float64Array(dates.length);
  const rain = new Float64Array(dates.length);
  let state = 0;
  let wet = false;
  dates.forEach((date, day) => {
    state = 0.75 * state + 2 * random.normal();
    wet = random.uniform() < (wet ? 0.6 : 0.25);
    const normal = store.climate - 9.5 * Math.cos((2 * Math.PI * (dayOfYear(date) - 18)) / 365.25);
    temperature[day] = round(normal + state, 1);
    anomaly[day] = temperature[day] - normal;
    rain[day] = wet ? round(-5 * Math.log(1 - random.uniform()), 1) : 0;
  });
  return { anomaly, temperature, rain };
}

interface Prices {
  readonly price: Float64Array;
  readonly promotion: Uint8Array;
  readonly competitor: Float64Array;
  readonly stockOut: Float64Array;
}

/** List prices with rare changes, promotions of 3 to 7 days with a discount, a competitor's price, and empty shelves. */
function simulatePrices(days: number, product: Product, random: Random): Prices {
  const price = new Float64Array(days);
  const promotion = new Uint8Array(days);
  const competitor = new Float64Array(days);
  const stockOut = new Float64Array(days);
  let level = product.listPrice;
  let rival = product.listPrice * 1.02;
  let left = 0;
  let discount = 0;
  for (let day = 0; day < days; day++) {
    if (random.uniform() < 1 / 150) level = product.listPrice * (0.92 + 0.2 * random.uniform());
    if (random.uniform() < 1 / 40) rival = product.listPrice * (0.88 + 0.26 * random.uniform());
    if (left > 0) left--;
    else if (random.uniform() < 1 / 35) {
      left = 2 + Math.floor(random.uniform() * 5);
      discount = 0.1 + 0.05 * Math.floor(random.uniform() * 4);
      promotion[day] = 1;
    }
    if (left > 0) promotion[day] = 1;
    price[day] = round(level * (promotion[day] === 1 ? 1 - discount : 1), 2);
    competitor[day] = round(rival, 2);
    stockOut[day] = random.uniform() < 0.012 ? round(0.2 + 0.5 * random.uniform(), 2) : 0;
  }
  return { price, promotion, competitor, stockOut };
}

/** 1 on public holidays of the store's state and 1 on the day before one (unless that is a holiday itself). */
function holidaysOf(dates: readonly Date[], store: Store): { holiday: Uint8Array; eve: Uint8Array } {
  const calendar = new Holidays("DE", store.region, { timezone: "UTC", types: ["public"] });
  const isHoliday = (date: Date) => calendar.isHoliday(new Date(date.getTime() + dayMs / 2)) !== false;
  const holiday = Uint8Array.from(dates, (date) => Number(isHoliday(date)));
  const eve = Uint8Array.from(dates, (date, day) =>
    Number(holiday[day] === 0 && isHoliday(new Date(date.getTime() + dayMs))),
  );
  return { holiday, eve };
}

interface Situation {
  readonly date: Date;
  readonly day: number;
  readonly store: Store;
  readonly product: Product;
  readonly weather: Weather;
  readonly holidays: { readonly holiday: Uint8Array; readonly eve: Uint8Array };
  readonly prices: Prices;
  readonly random: Random;
}

function simulateRow(situation: Situation): RetailRow {
  const { date, day, store, product, weather, holidays, prices, random } = situation;
  const contributions = contributionsOf(situation);
  const expected = factors.reduce((sum, factor) => sum + contributions[factor], 0);
  if (expected <= 0) throw new Error(`${product.name} in ${store.name} on day ${day}: expected demand ${expected}.`);
  const visitors = 900 * store.size * (1 + weekProfile[weekdayOf(date)]! - 0.4 * holidays.holiday[day]!);
  return {
    date: date.toISOString().slice(0, 10),
    store,
    product,
    price: prices.price[day]!,
    promotion: prices.promotion[day]!,
    holiday: holidays.holiday[day]!,
    holidayEve: holidays.eve[day]!,
    temperature: weather.temperature[day]!,
    rain: weather.rain[day]!,
    competitorPrice: prices.competitor[day]!,
    stockOut: prices.stockOut[day]!,
    footfall: Math.round(visitors * (1 + 0.05 * random.normal())),
    contributions,
    expected,
    // Slightly more scattered than Poisson counts.
    units: Math.max(0, Math.round(expected + Math.sqrt(1.3 * expected) * random.normal())),
  };
}

/** The truth: each factor's units, all shares of the series' base level; an empty shelf takes its share of the rest. */
function contributionsOf({ date, day, store, product, weather, holidays, prices }: Situation): Record<Factor, number> {
  const base = product.base * store.size;
  const years = day / 365.25;
  const phase = (2 * Math.PI * (dayOfYear(date) - product.seasonPeak)) / 365.25;
  const parts = {
    base,
    trend: base * product.growth * years,
    weekly: base * weekProfile[weekdayOf(date)]!,
    yearly: base * product.seasonAmplitude * Math.cos(phase),
    price: base * ((prices.price[day]! / product.listPrice) ** product.elasticity - 1),
    promotion: base * product.promotionLift * prices.promotion[day]!,
    holiday: base * (product.holiday * holidays.holiday[day]! + product.holidayEve * holidays.eve[day]!),
    temperature: base * product.perDegree * weather.anomaly[day]!,
    rain: base * product.perMillimetre * Math.min(15, weather.rain[day]!),
    competitor_price: base * product.crossElasticity * (prices.competitor[day]! / product.listPrice - 1),
  };
  const demand = Object.values(parts).reduce((sum, part) => sum + part, 0);
  return { ...parts, stock_out: -prices.stockOut[day]! * demand };
}

function dayOfYear(date: Date): number {
  return (date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / dayMs + 1;
}

/** Monday is 0. */
function weekdayOf(date: Date): number {
  return (date.getUTCDay() + 6) % 7;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
