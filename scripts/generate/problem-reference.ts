import { errorKinds } from "../../protocol/errors.ts";
import { apiProblems } from "../../protocol/problems/api-problems.ts";
import { dataProblems } from "../../protocol/problems/data-problems.ts";
import { editorProblems } from "../../protocol/problems/editor-problems.ts";
import { experimentProblems } from "../../protocol/problems/experiment-problems.ts";
import type { ProblemDoc } from "../../protocol/problems/problem-doc.ts";
import { runProblems } from "../../protocol/problems/run-problems.ts";
import { yamlProblems } from "../../protocol/problems/yaml-problems.ts";
import { generatedNote, markdownTable } from "./markdown.ts";

const sections: readonly { title: string; about: string; problems: Readonly<Record<string, ProblemDoc>> }[] = [
  {
    title: "Experiment file",
    about: "`almanac check`, `almanac run`, the editor and the API name these with file, line and column.",
    problems: experimentProblems,
  },
  { title: "YAML syntax", about: "The text is not valid YAML.", problems: yamlProblems },
  {
    title: "Data",
    about: "Messages name file, column and row as far as they are known. The editor writes `data-` before these codes.",
    problems: dataProblems,
  },
  {
    title: "Runs and trained models",
    about: "Errors, warnings and notes of a run, and of questions to its model.",
    problems: runProblems,
  },
  {
    title: "Editor",
    about: "The editor finds these while you write, from the data at hand.",
    problems: editorProblems,
  },
  {
    title: "API",
    about: "`code` of an answer with an error. The codes of the sections above occur there too.",
    problems: apiProblems,
  },
];

/** The reference of problems: every code with its meaning and what to do, and what each kind of error gives a caller. */
export function problemReference(): string {
  const kinds = Object.entries(errorKinds).map(([kind, { status, exitCode }]) => [
    `\`${kind}\``,
    String(status),
    String(exitCode),
  ]);
  return [
    generatedNote("protocol/problems/ and protocol/errors.ts"),
    "# Problems",
    "Every problem has a code that stays the same in later versions. The message says what is wrong and where.",
    ...sections.flatMap(({ title, about, problems }) => [
      `## ${title}`,
      about,
      markdownTable(
        ["code", "meaning", "what to do"],
        Object.entries(problems).map(([code, { meaning, remedy }]) => [`\`${code}\``, meaning, remedy]),
      ),
    ]),
    "## Kinds of errors",
    "The kind of an error gives the status of the API's answer and the exit code of the command line.",
    markdownTable(["kind", "HTTP status", "exit code"], kinds),
    "",
  ].join("\n\n");
}
