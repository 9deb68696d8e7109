import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { generatedNote, markdownTable, wrapped } from "./markdown.ts";

const property = z.object({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  default: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  description: z.string().optional(),
  markdownDescription: z.string().optional(),
  scope: z.string().optional(),
});

const group = z.object({ title: z.string().optional(), properties: z.record(z.string(), property).default({}) });

const manifestSchema = z.object({
  contributes: z.object({
    commands: z.array(z.object({ command: z.string(), title: z.string(), category: z.string().optional() })),
    configuration: z.union([group, z.array(group)]),
  }),
});

/** The reference of the editor: settings and commands of the extension's manifest. */
export function settingsReference(): string {
  const file = join(import.meta.dirname, "..", "..", "extension", "manifest.json");
  const { contributes } = manifestSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  const groups = Array.isArray(contributes.configuration) ? contributes.configuration : [contributes.configuration];
  const settings = groups.flatMap(({ properties }) =>
    Object.entries(properties).map(([name, one]) => [
      `\`${name}\``,
      one.enum?.map((value) => `\`${value}\``).join(" ") ?? [one.type ?? ""].flat().join(" or "),
      `\`${JSON.stringify(one.default ?? null)}\``,
      one.scope ?? "window",
      one.markdownDescription ?? one.description ?? "",
    ]),
  );
  const commands = contributes.commands.map(({ command, title, category }) => [
    category === undefined ? title : `${category}: ${title}`,
    `\`${command}\``,
  ]);
  return wrapped(
    [
      generatedNote("extension/manifest.json"),
      "# The editor",
      "## Settings",
      markdownTable(["setting", "type", "default", "scope", "meaning"], settings),
      "## Commands",
      markdownTable(["command", "identifier"], commands),
      "",
    ].join("\n\n"),
  );
}
