import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { billOfMaterials, components, noticesText } from "../../scripts/release/notices.ts";

const root = join(import.meta.dirname, "../..");

test("notices and bill of materials name every package that is bundled or installed with a release", () => {
  const bundled: string[] = JSON.parse(readFileSync(join(root, "dist/bundled.json"), "utf8"));
  const { dependencies, optionalDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const names = components().map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(["zod", "express", "date-holidays", "plotly.js-cartesian-dist-min"]));
  expect(names).toEqual(expect.arrayContaining(Object.keys({ ...dependencies, ...optionalDependencies })));
  expect(
    bundled.map((folder) => folder.replace(/^.*node_modules\//, "")).filter((name) => !names.includes(name)),
  ).toEqual([]);
});

test("a package stands with its licence and the text of it, and in CycloneDX by its address", () => {
  const all = [{ name: "@a/b", version: "1.2.3", license: "(MIT OR Apache-2.0)", text: "You may." }];
  expect(noticesText(all)).toContain("@a/b 1.2.3 ((MIT OR Apache-2.0))");
  expect(noticesText(all)).toContain("You may.");
  expect(billOfMaterials("9.9.9", all)).toMatchObject({
    bomFormat: "CycloneDX",
    metadata: { component: { name: "almanac-forecast", version: "9.9.9" } },
    components: [{ purl: "pkg:npm/%40a/b@1.2.3", licenses: [{ expression: "(MIT OR Apache-2.0)" }] }],
    dependencies: [{ ref: "almanac-forecast", dependsOn: ["pkg:npm/%40a/b@1.2.3"] }],
  });
});
