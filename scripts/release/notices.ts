import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./places.ts";

/** A package of others whose code a release contains. */
export interface Component {
  readonly name: string;
  readonly version: string;
  /** SPDX expression of its licence. */
  readonly license: string;
  /** Text of its licence and notice files; empty if the package has none. */
  readonly text: string;
}

/** Packages that stay packages beside the bundle. */
const native = [
  "@duckdb/node-api",
  "@duckdb/node-bindings",
  "better-sqlite3",
  "onnxruntime-node",
  "onnxruntime-common",
];

/** Every package whose code a release contains: bundled ones, as `npm run build` lists them, and native ones. */
export function components(): Component[] {
  const bundled: string[] = JSON.parse(readFileSync(join(root, "dist", "bundled.json"), "utf8"));
  const folders = new Set([...bundled, ...native.map((name) => `node_modules/${name}`)]);
  const all = [...folders].filter((folder) => existsSync(join(root, folder))).map(componentOf);
  const unique = new Map(all.map((component) => [`${component.name}@${component.version}`, component]));
  return [...unique.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function componentOf(folder: string): Component {
  const { name, version, license } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
  if (typeof license !== "string" || license === "") throw new Error(`${folder}/package.json names no licence.`);
  const files = readdirSync(join(root, folder)).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
  const deeper = globSync("licenses/*", { cwd: join(root, folder) });
  const texts = [...files, ...deeper].sort().flatMap((file) => readText(join(root, folder, file)));
  return { name, version, license, text: texts.join("\n\n") };
}

function readText(path: string): string[] {
  try {
    return [readFileSync(path, "utf8").trim()];
  } catch {
    return [];
  }
}

/** The text of THIRD-PARTY-NOTICES.txt: names, licences and licence texts of the packages. */
export function noticesText(all: readonly Component[]): string {
  const head =
    "Almanac contains code of the packages below. Each is licensed by its authors under the licence named.\n";
  const line = "=".repeat(80);
  const parts = all.map(({ name, version, license, text }) => {
    const body = text === "" ? "The package has no file with the text of its licence." : text;
    return `${line}\n${name} ${version} (${license})\n${line}\n\n${body}\n`;
  });
  return [head, ...parts].join("\n");
}

/** A software bill of materials in CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/): the release and its packages. */
export function billOfMaterials(version: string, all: readonly Component[]): unknown {
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      component: {
        type: "application",
        "bom-ref": "almanac-forecast",
        ...named("almanac-forecast", version, "Apache-2.0"),
      },
    },
    components: all.map(({ name, version: its, license }) => ({
      type: "library",
      "bom-ref": packageUrl(name, its),
      ...named(name, its, license),
    })),
    dependencies: [{ ref: "almanac-forecast", dependsOn: all.map((one) => packageUrl(one.name, one.version)) }],
  };
}

function named(name: string, version: string, license: string): object {
  const single = /^[\w.+-]+$/.test(license);
  const licenses = [single ? { license: { id: license } } : { expression: license }];
  return { name, version, purl: packageUrl(name, version), licenses };
}

/** Address of an npm package in the form of https://github.com/package-url/purl-spec. */
function packageUrl(name: string, version: string): string {
  return `pkg:npm/${name.replace("@", "%40")}@${version}`;
}
