import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { generatedNote } from "./markdown.ts";

const root = join(import.meta.dirname, "..", "..");
const index = "daemon/forecasting/index.ts";

/** An exported declaration with its docstring. */
interface Declaration {
  readonly name: string;
  readonly kind: string;
  readonly text: string;
  readonly doc: string;
}

/** docs/reference/library.md: everything that `almanac-forecast/forecasting` exports, from its docstrings. */
export function libraryReference(): string {
  const source = readFileSync(join(root, index), "utf8");
  const declared = exportsOf(source).map(({ name, from }) => {
    const path = from === undefined ? index : join(dirname(index), from);
    return declarationOf(name, readFileSync(join(root, path), "utf8"), path);
  });
  const order = ["function", "class", "const", "interface", "type"];
  declared.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  return [
    generatedNote(`${index} and what it exports`),
    "",
    "# Library",
    "",
    docText(/\/\*\*[\s\S]*?\*\//.exec(source)?.[0] ?? ""),
    "",
    "```js",
    'import { panelOf, train } from "almanac-forecast/forecasting";',
    "",
    'const panel = panelOf([{ name: "passengers", start: "2024-01-01", values }], { frequency: "month", horizon: 12 });',
    'const model = await train(panel, { model: "auto-ets" });',
    "const [forecast] = await model.forecast();",
    "```",
    "",
    "Examples that run in the tests: [examples/library](../../examples/library/README.md). `almanac-forecast/engine` exports",
    "the training engine: tensors, layers, losses, gradients and training graphs as ONNX.",
    ...declared.flatMap(({ name, text, doc }) => ["", `## \`${name}\``, "", doc, "", "```ts", text, "```"]),
    "",
  ].join("\n");
}

/** Names in the order of the index, with the file each comes from. */
function exportsOf(source: string): { name: string; from?: string }[] {
  const from = [...source.matchAll(/export (?:type )?\{([^}]*)\} from "([^"]+)"/g)].flatMap(([, names, file]) =>
    (names ?? "")
      .split(",")
      .map((name) => name.replace("type ", "").trim())
      .filter((name) => name !== "")
      .map((name) => ({ name, from: file ?? "" })),
  );
  const own = [...source.matchAll(/export (?:const|function|class) (\w+)/g)].map(([, name]) => ({ name: name ?? "" }));
  return [...from, ...own];
}

function declarationOf(name: string, source: string, path: string): Declaration {
  const head = `export (?:async )?(function|class|const|interface|type) ${name}\\b`;
  const found = new RegExp(`(/\\*\\*(?:(?!\\*/)[\\s\\S])*\\*/)\\n${head}`).exec(source);
  if (found === null) throw new Error(`${path}: \`${name}\` is part of the library and needs a docstring.`);
  const [, doc = "", kind = ""] = found;
  const start = found.index + doc.length + 1;
  return { name, kind, text: signatureOf(kind, source.slice(start)), doc: docText(doc) };
}

/** What a caller needs to see: a type whole, a function or class without its bodies. */
function signatureOf(kind: string, text: string): string {
  const plain = text.replace(/^export /, "");
  if (kind === "interface") return plain.slice(0, plain.indexOf("\n}") + 2);
  if (kind === "type") return plain.slice(0, plain.indexOf(";\n") + 1);
  if (kind === "const") return plain.slice(0, plain.search(/ =/));
  if (kind === "function") return plain.slice(0, plain.search(/ \{\n/));
  const body = plain.slice(0, plain.indexOf("\n}") + 2);
  const methods = [
    ...body.matchAll(/ {2}\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n {2}(?!constructor|#)[^\n]*?\) *:[^\n]*(?= \{\n)/g),
  ];
  return [`${body.slice(0, body.indexOf("{") + 1)}`, ...methods.map(([method]) => method), "}"].join("\n");
}

/** A docstring as Markdown. */
function docText(doc: string): string {
  return doc
    .replace(/^\/\*\*|\*\/$/g, "")
    .split("\n")
    .map((line) => line.replace(/^ *\* ?/, ""))
    .join("\n")
    .trim()
    .replace(/^@throws /gm, "Throws ")
    .replace(/^@param (\w+) /gm, "`$1`: ");
}
