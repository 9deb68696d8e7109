import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Holidays from "date-holidays";

/** Writes the countries and regions of the holiday library as data for completion, so that the editor need not load it. */
export function writeCountries(): string {
  const library = new Holidays();
  const rows = Object.entries(library.getCountries("en"))
    .filter(([code]) => /^[A-Z]{2}$/.test(code))
    .map(([code, name]) => ({ code, name, ...regions(library.getStates(code, "en")) }))
    .sort((a, b) => a.code.localeCompare(b.code));
  const folder = join(import.meta.dirname, "..", "extension", "language", "generated");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "countries.json");
  writeFileSync(file, `[\n${rows.map((row) => JSON.stringify(row)).join(",\n")}\n]\n`);
  return file;
}

function regions(found: Record<string, string> | undefined): { regions?: Record<string, string> } {
  return found === undefined || Object.keys(found).length === 0 ? {} : { regions: found };
}

if (import.meta.main) console.log(writeCountries());
