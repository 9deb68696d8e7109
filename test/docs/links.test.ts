import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";
import { type Page, pages, root } from "./pages.ts";

const everyPage = pages();

/** Files that Almanac or a reader writes. */
const written = new Set([
  "bench/results/accuracy-other-sets.json",
  "leaderboard.json",
  "explanations.json",
  "run.json",
  "provenance.json",
  "sbom.cdx.json",
  "report.json",
  "receiver.mjs",
]);

/** Links and images of a page, without addresses of the web and commands of the editor. */
function linksOf({ path, prose }: Page): { place: string; target: string }[] {
  return prose.flatMap(({ text, line }) =>
    [...text.replaceAll(/`[^`]*`/g, "").matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = ""]) => ({ place: `${path}:${line}`, target }))
      .filter(({ target }) => !/^(https?|command|mailto):/.test(target)),
  );
}

/** The anchor that GitHub gives a heading. */
function anchorOf(heading: string): string {
  const words = heading.toLowerCase().replaceAll(/[^\p{Letter}\p{Number}\s_-]/gu, "");
  return words.trim().replaceAll(/\s/g, "-");
}

function headings(file: string): Set<string> {
  const found = readFileSync(file, "utf8").matchAll(/^#+ (.*)$/gm);
  return new Set([...found].map(([, heading = ""]) => anchorOf(heading)));
}

test("every relative link and image leads to a file, and to a heading of it", () => {
  const broken = everyPage.flatMap((page) =>
    linksOf(page).filter(({ target }) => {
      const [file = "", anchor] = target.split("#");
      const path = file === "" ? join(root, page.path) : join(root, dirname(page.path), file);
      if (!existsSync(path)) return true;
      return anchor !== undefined && !headings(path).has(anchor);
    }),
  );
  expect(broken).toEqual([]);
});

test("every path of code that a page names exists, alone or as the end of a longer one", () => {
  const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { cwd: root });
  const known = files.toString().split("\n");
  const named = everyPage.flatMap(({ path, prose }) =>
    prose.flatMap(({ text, line }) =>
      [...text.matchAll(/`([\w.][\w./-]*\.(?:ts|mjs|css|json))`/g)].map(([, target = ""]) => ({
        place: `${path}:${line}`,
        target,
      })),
    ),
  );
  expect(named.length).toBeGreaterThan(30);
  const exists = (target: string): boolean => known.some((file) => file === target || file.endsWith(`/${target}`));
  expect(named.filter(({ target }) => !exists(target) && !written.has(target))).toEqual([]);
});

test("the index of the docs leads to every page of docs", () => {
  const index = everyPage.find(({ path }) => path === "docs/README.md");
  const linked = new Set(
    index && linksOf(index).map(({ target }) => normalize(join("docs", target.split("#")[0] ?? ""))),
  );
  const missing = everyPage.filter(({ path }) => path.startsWith("docs/") && path !== "docs/README.md");
  expect(missing.map(({ path }) => path).filter((path) => !linked.has(path))).toEqual([]);
});
