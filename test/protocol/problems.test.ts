import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { apiProblems } from "../../protocol/problems/api-problems.ts";
import { dataProblems } from "../../protocol/problems/data-problems.ts";
import { editorProblems } from "../../protocol/problems/editor-problems.ts";
import { experimentProblems } from "../../protocol/problems/experiment-problems.ts";
import { knownCode } from "../../protocol/problems/known-code.ts";
import type { ProblemDoc } from "../../protocol/problems/problem-doc.ts";
import { runProblems } from "../../protocol/problems/run-problems.ts";
import { yamlCodeOf, yamlProblems } from "../../protocol/problems/yaml-problems.ts";

const root = join(import.meta.dirname, "..", "..");
const sources = globSync(["daemon/**/*.ts", "protocol/**/*.ts", "extension/**/*.ts"], { cwd: root })
  .filter((path) => !path.startsWith(join("protocol", "problems")))
  .map((path) => readFileSync(join(root, path), "utf8"))
  .join("\n");

const lists: readonly (readonly [string, Readonly<Record<string, ProblemDoc>>])[] = [
  ["experiment", experimentProblems],
  ["data", dataProblems],
  ["runs", runProblems],
  ["editor", editorProblems],
  ["API", apiProblems],
];

describe("problem codes", () => {
  test.for(lists)("of %s: the program gives each of them", ([, problems]) => {
    const unused = Object.keys(problems).filter((code) => !sources.includes(`"${code}"`) && code !== "unknown-code");
    expect(unused).toEqual([]);
  });

  test.for([...lists, ["YAML", yamlProblems] as const])(
    "of %s: meaning and what to do are sentences",
    ([, problems]) => {
      const texts = Object.values(problems).flatMap(({ meaning, remedy }) => [meaning, remedy]);
      expect(texts.filter((text) => !/^[A-Z`].*\.$/.test(text))).toEqual([]);
    },
  );

  test("of YAML follow from the parser's own", () => {
    expect(yamlProblems[yamlCodeOf("BAD_DQ_ESCAPE")].meaning).toContain("escape");
    expect(yamlCodeOf("KEY_OVER_1024_CHARS")).toBe("yaml-key-over-1024-chars");
  });

  test("of another version are told apart", () => {
    expect(knownCode("missing-column")).toBe("missing-column");
    expect(knownCode("yaml-bad-indent")).toBe("yaml-bad-indent");
    expect(knownCode("tomorrows-code")).toBe("unknown-code");
    expect(knownCode("toString")).toBe("unknown-code");
  });

  test("stand in the reference with meaning and what to do", () => {
    const page = readFileSync(join(root, "docs", "reference", "problems.md"), "utf8");
    const { meaning, remedy } = dataProblems["duplicate-rows"];
    expect(page).toContain(`| \`duplicate-rows\` | ${meaning} | ${remedy} |`);
    expect(page).toContain("| `conflict` | 409 | 1 |");
  });
});
