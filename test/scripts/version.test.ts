import { expect, test } from "vitest";
import { versionProblems } from "../../scripts/release/version.ts";

const changelog = (section: string) =>
  `# Changelog\n\n## Unreleased\n\n${section}\n## 0.3.1 - 2026-01-02\n\n### Fixed\n\n- A\n`;
const fixed = "### Fixed\n\n- B\n";
const changed = "### Changed\n\n- C\n";

test.each([
  ["0.3.2", fixed, "0.3.2", []],
  ["0.4.0", changed, "0.4.0", []],
  ["v0.4.0", fixed, "v0.4.0", ["v0.4.0 is not a version such as 1.2.3 or 1.2.3-rc.1."]],
  [
    "0.3.0",
    fixed,
    "0.3.0",
    ["0.3.0 does not follow 0.3.1, the last version in CHANGELOG.md.", lowest("0.3.0", "0.3.2")],
  ],
  ["0.3.2", changed, "0.3.2", [lowest("0.3.2", "0.4.0")]],
  ["0.3.2", "", "0.3.2", ["CHANGELOG.md says of no change for 0.3.2."]],
  ["0.3.2", fixed, "0.3.1", ["package.json has 0.3.1, and so say the programs: set it to 0.3.2."]],
])("%s after %j, with %s in package.json: %j", (version, section, current, problems) => {
  expect(versionProblems({ version, changelog: changelog(section), current, final: false })).toEqual(problems);
});

function lowest(version: string, least: string): string {
  return `${version} is too low: the changes since 0.3.1 ask for ${least} at least.`;
}

test("from version 1 on, a change that breaks raises the first number and an addition the second", () => {
  const problems = (version: string, section: string) =>
    versionProblems({
      version,
      changelog: `## Unreleased\n\n${section}\n## 1.2.3\n\n- A\n`,
      current: version,
      final: false,
    });
  expect(problems("2.0.0", changed)).toEqual([]);
  expect(problems("1.3.0", changed)).toHaveLength(1);
  expect(problems("1.3.0", "### Added\n\n- D\n")).toEqual([]);
  expect(problems("1.2.4", "### Added\n\n- D\n")).toHaveLength(1);
});

test("the release itself needs a heading of its version", () => {
  const question = { version: "0.3.2", changelog: changelog(fixed), current: "0.3.2", final: true };
  expect(versionProblems(question)).toEqual(["CHANGELOG.md has no heading 0.3.2: move the unreleased lines under it."]);
  expect(versionProblems({ ...question, version: "0.3.1", current: "0.3.1" })).toEqual([]);
});
