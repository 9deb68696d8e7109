import type { ErrorCode } from "yaml";
import { doc, type ProblemDoc } from "./problem-doc.ts";

type Kebab<S extends string> = S extends `${infer Head}_${infer Tail}`
  ? `${Lowercase<Head>}-${Kebab<Tail>}`
  : Lowercase<S>;

/** Code of each syntax error that the YAML parser knows. */
export type YamlCode = `yaml-${Kebab<ErrorCode>}`;

/** The code of a syntax error of the YAML parser. */
export function yamlCodeOf(code: ErrorCode): YamlCode {
  // SAFETY: the same rule as `Kebab`, applied to the value.
  return `yaml-${code.toLowerCase().replaceAll("_", "-")}` as YamlCode;
}

/** Places where the text of an experiment is not valid YAML, by code. */
export const yamlProblems = {
  "yaml-alias-props": doc("An alias has a tag or an anchor of its own.", "Remove the tag or the anchor."),
  "yaml-bad-alias": doc("An alias has no name or no anchor.", "Write the value in place of the alias."),
  "yaml-bad-collection-type": doc("A tag does not fit the list or mapping after it.", "Remove the tag."),
  "yaml-bad-directive": doc("A line that starts with `%` is not a directive of YAML.", "Remove the line."),
  "yaml-bad-dq-escape": doc(
    "A text in double quotes has an unknown escape after a backslash.",
    "Use single quotes, or write `\\\\` for a backslash.",
  ),
  "yaml-bad-indent": doc("A line is not indented like its siblings.", "Indent it by two spaces a level."),
  "yaml-bad-prop-order": doc("An anchor or a tag stands in the wrong place.", "Write it directly before the value."),
  "yaml-bad-scalar-start": doc("A text starts with a character that YAML reserves.", "Put the text in quotes."),
  "yaml-block-as-implicit-key": doc(
    "A list or mapping stands where a key is expected.",
    "Write the key on a line of its own, and the value below it.",
  ),
  "yaml-block-in-flow": doc(
    "A list in lines stands inside brackets.",
    "Write all of it in brackets, or all of it in lines.",
  ),
  "yaml-duplicate-key": doc("A key stands twice in one mapping.", "Remove one of the two."),
  "yaml-impossible": doc("The YAML cannot be read.", "Check quotes, brackets and indentation."),
  "yaml-key-over-1024-chars": doc("A key has more than 1024 characters.", "Shorten the key."),
  "yaml-missing-char": doc("A quote, bracket, colon or space is missing.", "Add the character that the message names."),
  "yaml-multiline-implicit-key": doc("A key spans several lines.", "Write the key on one line."),
  "yaml-multiple-anchors": doc("A value has several anchors.", "Keep one of them."),
  "yaml-multiple-docs": doc("The file holds several YAML documents.", "Write one experiment a file: remove the `---`."),
  "yaml-multiple-tags": doc("A value has several tags.", "Keep one of them."),
  "yaml-non-string-key": doc("A key is not a text.", "Put the key in quotes."),
  "yaml-resource-exhaustion": doc("The document is nested too deeply.", "Write fewer levels."),
  "yaml-tab-as-indent": doc("A tab indents a line; YAML allows spaces only.", "Replace the tab by two spaces."),
  "yaml-tag-resolve-failed": doc("A tag is unknown, or does not fit its value.", "Remove the tag."),
  "yaml-unexpected-token": doc(
    "A character stands where YAML does not expect it.",
    "Check quotes, brackets and indentation.",
  ),
} as const satisfies Record<YamlCode, ProblemDoc>;
