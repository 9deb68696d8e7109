// Runs inside the extension host, which loads plain CommonJS only. Throws the first thing that is not as declared.
const assert = require("node:assert/strict");
const vscode = require("vscode");

/** Time from the start of activation to its end that a user would not notice, in milliseconds. */
const patience = 100;

exports.run = async () => {
  const extension = vscode.extensions.getExtension("almanac.almanac-forecast");
  assert.ok(extension, "the extension is installed");
  const { activationMs } = await extension.activate();
  console.log(`activation: ${activationMs.toFixed(1)} ms`);

  const registered = new Set(await vscode.commands.getCommands(true));
  const { contributes } = extension.packageJSON;
  const missing = contributes.commands.map(({ command }) => command).filter((command) => !registered.has(command));
  assert.deepEqual(missing, [], "every declared command is registered");

  const [file] = await vscode.workspace.findFiles("*.forecast.yaml");
  const document = await vscode.workspace.openTextDocument(file);
  assert.equal(document.languageId, "almanac-forecast");

  const settings = Object.keys(Object.assign({}, ...contributes.configuration.map(({ properties }) => properties)));
  for (const name of settings) {
    assert.notEqual(vscode.workspace.getConfiguration().get(name), undefined, `${name} has a default`);
  }
  const tools = contributes.languageModelTools.map(({ name }) => name);
  const known = new Set((vscode.lm?.tools ?? []).map(({ name }) => name));
  if (known.size > 0)
    assert.deepEqual(
      tools.filter((name) => !known.has(name)),
      [],
      "every declared tool is registered",
    );

  const tasks = await vscode.tasks.fetchTasks({ type: "almanac" });
  assert.ok(
    tasks.some(({ name }) => name.startsWith("check")),
    "tasks are offered",
  );
  if (activationMs > patience) console.log(`activation is over ${patience} ms: is the machine busy?`);
};
