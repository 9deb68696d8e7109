import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { countriesFile, countriesText } from "../../scripts/countries.ts";

test("completion offers the countries that the holiday library knows (node scripts/countries.ts writes them)", () => {
  expect(readFileSync(countriesFile, "utf8")).toBe(countriesText());
});
