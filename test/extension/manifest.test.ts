import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import manifest from "../../extension/manifest.json" with { type: "json" };
import packed from "../../package.json" with { type: "json" };
import texts from "../../package.nls.json" with { type: "json" };
import { localise } from "../../scripts/localise.ts";

const root = join(import.meta.dirname, "..", "..");
const { contributes } = manifest;
const commands = new Set(contributes.commands.map(({ command }) => command));
const views = new Set(contributes.views.almanac.map(({ id }) => id));
const own = (text: string) => [...text.matchAll(/command:(almanac\.\w+)/g)].map(([, name]) => name!);

describe("the manifest", () => {
  test("names only commands that it declares: menus, keys, welcome texts, walkthrough", () => {
    const named = [
      ...Object.values(contributes.menus).flatMap((items) => items.map(({ command }) => command)),
      ...contributes.keybindings.map(({ command }) => command),
      ...contributes.viewsWelcome.flatMap(({ contents }) => own(contents)),
      ...contributes.walkthroughs.flatMap(({ steps }) => steps.flatMap(({ description }) => own(description))),
    ];
    expect(named.filter((name) => !commands.has(name))).toEqual([]);
  });

  test("names only views that it declares", () => {
    expect(contributes.viewsWelcome.map(({ view }) => view).filter((view) => !views.has(view))).toEqual([]);
  });

  test("names only files that are there", () => {
    const files = [
      manifest.icon,
      ...contributes.viewsContainers.activitybar.map(({ icon }) => icon),
      ...contributes.languages.map(({ configuration }) => configuration),
      ...contributes.grammars.map(({ path }) => path),
      ...contributes.snippets.map(({ path }) => path),
      ...contributes.yamlValidation.map(({ url }) => url),
      ...contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.markdown)),
    ];
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  test("shows a command that needs a line of a tree in no palette", () => {
    const hidden = contributes.menus.commandPalette
      .filter(({ when }) => when === "false")
      .map(({ command }) => command);
    expect(hidden).toEqual(expect.arrayContaining(["almanac.deleteRun", "almanac.removeRemote", "almanac.rollback"]));
  });

  test("asks before the one tool that trains", () => {
    const training = contributes.languageModelTools.find(({ name }) => name === "almanac_run")!;
    expect(training.modelDescription).toContain("Asks the user first");
  });
});

describe("the texts of the manifest", () => {
  /** What VS Code does with a packed manifest: a text of the form `%key%` becomes the text of that key. */
  const read = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value), (_key, inner: unknown) => {
      const key = typeof inner === "string" ? /^%(.+)%$/.exec(inner)?.[1] : undefined;
      return key === undefined
        ? inner
        : (Object.entries(texts).find(([name]) => name === key)?.[1] ?? `no text: ${key}`);
    });

  test("put in place of their keys, make the manifest again", () => {
    const { main, icon, categories, keywords, extensionKind, activationEvents, capabilities, contributes } = packed;
    const own = { main, icon, categories, keywords, extensionKind, activationEvents, capabilities, contributes };
    // The tool that runs an experiment takes the settings of a run, which protocol/run-overrides.ts lists.
    const plain = ({ inputSchema: _, ...tool }: Record<string, unknown>) => tool;
    const withoutSchemas = (whole: typeof manifest) => ({
      ...whole,
      contributes: { ...whole.contributes, languageModelTools: whole.contributes.languageModelTools.map(plain) },
    });
    expect(withoutSchemas(read(own) as typeof manifest)).toEqual(withoutSchemas(manifest));
  });

  test("can all be translated: titles, settings, welcome texts, walkthrough", () => {
    expect(packed.contributes.commands.filter(({ title, category }) => !/^%.*%$/.test(title + category))).toEqual([]);
    expect(Object.values(texts)).toEqual(
      expect.arrayContaining(["Run Experiment", "Your First Forecast", "Check or run the experiment.", "Deployments"]),
    );
    expect(texts).toHaveProperty(["configuration.0.properties.almanac.previews.enabled.markdownDescription"]);
  });

  test("leave alone what a language model reads", () => {
    expect(packed.contributes.languageModelTools[0]?.modelDescription).toMatch(/^Checks an Almanac experiment file/);
    expect(JSON.stringify(packed.contributes.languageModelTools.map(({ inputSchema }) => inputSchema))).not.toContain(
      "%",
    );
  });

  test("with one key each: two texts under one key are refused", () => {
    const commands = [
      { command: "almanac.run", title: "Run" },
      { command: "run", title: "Go" },
    ];
    expect(localise({ contributes: { commands } }).texts).toEqual({
      "commands.run.0.title": "Run",
      "commands.run.1.title": "Go",
    });
    const clash = {
      commands: [
        { command: "a", title: "Run", category: "One" },
        { command: "b", category: "Two" },
      ],
    };
    expect(() => localise(clash)).toThrow("category");
  });
});
