import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { factors, type RetailData, type RetailRow, type SimulationOptions, simulateRetail } from "./demand.ts";
import { seededRandom } from "./random.ts";

type Cell = string | number;
type Columns = readonly (readonly [name: string, value: (row: RetailRow, isFuture: boolean) => Cell])[];

const keyColumns: Columns = [
  ["date", (row) => row.date],
  ["store", (row) => row.store.name],
  ["product", (row) => row.product.name],
];

/** The compact table: one row a day, store and product. Of the days to forecast it holds only what is known before. */
export const compactColumns: Columns = [
  ...keyColumns,
  ["units", (row, isFuture) => (isFuture ? "" : row.units)],
  ["price", (row) => row.price],
  ["promotion", (row) => row.promotion],
  ["holiday", (row) => row.holiday],
  ["holiday_eve", (row) => row.holidayEve],
  ["temperature", (row) => row.temperature],
  ["rain", (row) => row.rain],
  ["competitor_price", (row, isFuture) => (isFuture ? "" : row.competitorPrice)],
  ["stock_out", (row, isFuture) => (isFuture ? "" : row.stockOut)],
  ["footfall", (row, isFuture) => (isFuture ? "" : row.footfall)],
  ["region", (row) => row.store.region],
  ["category", (row) => row.product.category],
  ["area", (row) => row.store.area],
];

/** Columns that have nothing to do with demand, as real tables have them; known in advance. */
const idleKnown = [
  ...["leaflet", "newsletter", "radio", "social_media", "display", "coupon", "loyalty_points", "tasting"],
  ...["shelf_metres", "facings", "opening_hours", "staff_planned", "parking_free", "school_holiday", "payday"],
];
/** The same, known only afterwards. */
const idleObserved = [
  ...["wind", "humidity", "sunshine", "pressure", "cloud_cover", "snow", "pollen", "air_quality"],
  ...["online_visits", "basket_size", "returns", "deliveries", "queue_minutes", "card_share", "complaints"],
  ...["fuel_price", "consumer_confidence", "inflation", "exchange_rate", "electricity_price"],
];

/** Names of the wide table's columns beyond the compact ones. */
export const idleColumns = { known: idleKnown, observed: idleObserved } as const;

/** The wide table: the compact columns, then the idle ones and two parts of the date. */
function wideColumns(seed: number): Columns {
  const random = seededRandom(seed + 99);
  const noise = () => Number((50 + 10 * random.normal()).toFixed(1));
  return [
    ...compactColumns,
    ...idleKnown.map((name) => [name, noise] as const),
    ...idleObserved.map((name) => [name, (_row: RetailRow, isFuture: boolean) => (isFuture ? "" : noise())] as const),
    ["weekday", (row) => new Date(row.date).getUTCDay()],
    ["month", (row) => Number(row.date.slice(5, 7))],
  ];
}

const truthColumns: Columns = [
  ...keyColumns,
  ["units", (row) => row.units],
  ["expected", (row) => Number(row.expected.toFixed(6))],
  ...factors.map((factor) => [factor, (row: RetailRow) => Number(row.contributions[factor].toFixed(6))] as const),
];

function csv(columns: Columns, past: readonly RetailRow[], future: readonly RetailRow[]): string {
  const lines = [columns.map(([name]) => name).join(",")];
  for (const row of past) lines.push(columns.map(([, value]) => value(row, false)).join(","));
  for (const row of future) lines.push(columns.map(([, value]) => value(row, true)).join(","));
  return `${lines.join("\n")}\n`;
}

/** The compact table as text. */
export function compactTable(data: RetailData): string {
  return csv(compactColumns, data.past, data.future);
}

/**
 * Simulates and writes `retail.csv`, `retail-wide.csv`, `truth.csv` (the past) and `truth-future.csv` (the days to
 * forecast) into `directory`; returns the data.
 */
export function writeRetail(directory: string, options: SimulationOptions = {}): RetailData {
  const data = simulateRetail(options);
  mkdirSync(directory, { recursive: true });
  const write = (name: string, text: string) => writeFileSync(path.join(directory, name), text);
  write("retail.csv", compactTable(data));
  write("retail-wide.csv", csv(wideColumns(options.seed ?? 7), data.past, data.future));
  write("truth.csv", csv(truthColumns, data.past, []));
  write("truth-future.csv", csv(truthColumns, data.future, []));
  return data;
}

if (import.meta.main) writeRetail(process.argv[2] ?? import.meta.dirname);
