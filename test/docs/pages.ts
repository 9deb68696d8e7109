import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Root of the repository. */
export const root = join(import.meta.dirname, "..", "..");

/** A Markdown page of the repository. */
export interface Page {
  /** Path from the root. */
  readonly path: string;
  readonly lines: readonly string[];
  readonly blocks: readonly Block[];
  /** Lines outside fenced blocks. */
  readonly prose: readonly Line[];
}

/** A fenced block: its language, its text, and the number of its first line. */
export interface Block {
  readonly language: string;
  readonly text: string;
  readonly line: number;
}

export interface Line {
  readonly text: string;
  readonly line: number;
}

/** Every Markdown page that git knows or would add, without what lies in ignored folders. */
export function pages(): readonly Page[] {
  const list = ["ls-files", "--cached", "--others", "--exclude-standard", "--", "*.md"];
  const names = execFileSync("git", list, { cwd: root, encoding: "utf8" }).trim().split("\n");
  return names.filter((path) => existsSync(join(root, path))).map((path) => pageOf(path));
}

function pageOf(path: string): Page {
  const lines = readFileSync(join(root, path), "utf8").split("\n");
  const blocks: Block[] = [];
  const prose: Line[] = [];
  let open: { language: string; line: number; texts: string[] } | undefined;
  for (const [index, text] of lines.entries()) {
    const fence = /^\s*```(\w*)/.exec(text);
    if (fence === null) {
      if (open === undefined) prose.push({ text, line: index + 1 });
      else open.texts.push(text);
    } else if (open === undefined) {
      open = { language: fence[1] ?? "", line: index + 2, texts: [] };
    } else {
      blocks.push({ language: open.language, line: open.line, text: open.texts.join("\n") });
      open = undefined;
    }
  }
  return { path, lines, blocks, prose };
}
