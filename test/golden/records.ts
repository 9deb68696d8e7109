import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Artefact } from "./artefact.ts";

/** Names an artefact: panel, model and kind, joined by slashes. */
export type ArtefactName = string;

/** How much numbers may differ from those recorded: a share of the number itself, and of the largest one beside it. */
export interface Tolerance {
  readonly own: number;
  readonly beside: number;
  /** Significant digits that are recorded. */
  readonly digits: number;
}

/** Optimisers carry the last digit of an exponential, which may differ between versions of V8, up to about the ninth. */
export const exactly: Tolerance = { own: 1e-7, beside: 1e-9, digits: 12 };

/** ONNX Runtime trains networks in 32 bits, with sums in an order that depends on the processor's instructions. */
export const nearly: Tolerance = { own: 3e-4, beside: 1e-4, digits: 7 };

/** An artefact as recorded: two sums, then samples. */
interface Recorded {
  readonly structure: string;
  readonly count: number;
  readonly numbers: readonly number[];
}

const file = join(import.meta.dirname, "numbers.csv");

/** Whether the numbers are written rather than compared: `UPDATE_GOLDEN=1`. */
const update = process.env.UPDATE_GOLDEN === "1";

/** Folder that gets every artefact in full, to be compared between two commits: `GOLDEN_DUMP=/some/folder`. */
const dump = process.env.GOLDEN_DUMP;

/** The numbers of earlier, against which those of now are held. */
export class Records {
  readonly #known = new Map<ArtefactName, Recorded>();
  readonly #lines: string[] = [];

  constructor() {
    if (update) return;
    for (const line of readFileSync(file, "utf8").trimEnd().split("\n")) {
      const [name = "", structure = "", count, ...numbers] = line.split(",");
      this.#known.set(name, { structure, count: Number(count), numbers: numbers.map(Number) });
    }
  }

  /** What is different about an artefact, in a sentence; undefined where nothing is. */
  difference(name: ArtefactName, artefact: Artefact, tolerance: Tolerance): string | undefined {
    if (dump !== undefined) writeWhole(join(dump, `${name}.txt`), artefact.whole);
    this.#lines.push(lineOf(name, artefact, tolerance));
    if (update) return undefined;
    const known = this.#known.get(name);
    this.#known.delete(name);
    if (known === undefined) return `${name}: was not there before.`;
    if (known.count !== artefact.count) return `${name}: had ${known.count} numbers, has ${artefact.count}.`;
    if (known.structure !== artefact.structure) return `${name}: its texts, names or their order differ.`;
    return numberDifference(known.numbers, artefact, tolerance, name);
  }

  /** Names of recorded artefacts that were not asked for; writes the file where it is to be updated. */
  finish(): ArtefactName[] {
    if (update) writeFileSync(file, `${this.#lines.toSorted().join("\n")}\n`);
    return [...this.#known.keys()];
  }
}

function writeWhole(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function lineOf(name: ArtefactName, { structure, count, sums, samples }: Artefact, { digits }: Tolerance): string {
  const numbers = [...sums, ...samples.map(({ value }) => value)];
  return [name, structure, count, ...numbers.map((value) => Number(value.toPrecision(digits)))].join(",");
}

function numberDifference(
  [size = 0, weighted = 0, ...values]: readonly number[],
  { sums, samples, count }: Artefact,
  { own, beside }: Tolerance,
  name: ArtefactName,
): string | undefined {
  const largest = Math.max(0, ...values.map(Math.abs));
  for (const [index, { path, value }] of samples.entries()) {
    const before = values[index] ?? Number.NaN;
    if (Math.abs(value - before) <= own * Math.abs(before) + beside * largest) continue;
    return `${name}: the number at ${path} was ${before}, is ${value}.`;
  }
  const allowed = own * size + beside * largest * count;
  const alike = Math.abs(sums[0] - size) <= allowed && Math.abs(sums[1] - weighted) <= 5 * allowed;
  if (alike) return undefined;
  return `${name}: sums of its ${count} numbers were ${size} and ${weighted}, are ${sums[0]} and ${sums[1]}.`;
}
