import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import manifest from "../../extension/manifest.json" with { type: "json" };

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
