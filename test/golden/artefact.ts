import { createHash } from "node:crypto";
import { unpackColumn } from "../../protocol/column.ts";

/** A number of an artefact and where in it. */
interface Place {
  readonly path: string;
  readonly value: number;
}

/** What is kept of an artefact: a digest of its texts, names and shape, and some of its numbers. */
export interface Artefact {
  /** SHA-256 of everything but the numbers, shortened. */
  readonly structure: string;
  readonly count: number;
  /** Sum of the absolute numbers, and a sum with signs and weights that change from number to number. */
  readonly sums: readonly [number, number];
  /** Numbers evenly drawn from all of them. */
  readonly samples: readonly Place[];
  /** Everything, for a comparison by eye. */
  readonly whole: string;
}

const mostSamples = 16;

/** Numbers from here on are moments in milliseconds: beside them, no difference of a forecast would count. */
const leastMoment = 1e10;

/** Takes an artefact apart: any JSON-like value, with typed arrays and columns of reports. Moments and what is not finite belong to its structure. */
export function artefactOf(value: unknown): Artefact {
  const numbers: Place[] = [];
  const structure = structureOf(value, "", numbers);
  const count = numbers.length;
  const step = Math.max(1, (count - 1) / (mostSamples - 1));
  return {
    structure: createHash("sha256").update(structure).digest("hex").slice(0, 12),
    count,
    sums: [
      numbers.reduce((sum, { value }) => sum + Math.abs(value), 0),
      numbers.reduce((sum, { value }, index) => sum + value * (((index * 5) % 11) - 5), 0),
    ],
    samples: Array.from(
      { length: Math.min(count, mostSamples) },
      (_, index) => numbers[Math.round(index * step)],
    ).filter((place) => place !== undefined),
    whole: `${structure}\n${numbers.map(({ path, value }) => `${path} ${value}\n`).join("")}`,
  };
}

function structureOf(value: unknown, path: string, numbers: Place[]): string {
  if (typeof value === "number" && Math.abs(value) < leastMoment) {
    numbers.push({ path, value });
    return "#";
  }
  if (value instanceof Float64Array || value instanceof Float32Array || value instanceof Int32Array) {
    return structureOf(Array.from(value), path, numbers);
  }
  if (Array.isArray(value)) {
    return `[${value.map((item, index) => structureOf(item, `${path}[${index}]`, numbers)).join()}]`;
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    const sorted = entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
    return `{${sorted.map(([key, item]) => `${key}:${structureOf(item, `${path}.${key}`, numbers)}`).join()}}`;
  }
  if (typeof value === "string" && /^f[48]:/.test(value)) return structureOf(unpackColumn(value), path, numbers);
  return JSON.stringify(value) ?? "undefined";
}

/** The rows of a CSV table without quoted cells; cells that are numbers become numbers. */
export function csvRows(text: string): Record<string, string | number>[] {
  const [header = "", ...lines] = text.trimEnd().split("\n");
  const columns = header.split(",");
  return lines.map((line) => {
    const cells = line.split(",");
    return Object.fromEntries(columns.map((column, index) => [column, cellOf(cells[index] ?? "")]));
  });
}

function cellOf(cell: string): string | number {
  return cell !== "" && Number.isFinite(Number(cell)) ? Number(cell) : cell;
}
