// Runs inside the extension host, which loads plain CommonJS only.
const vscode = require("vscode");

exports.run = async () => {
  const extension = vscode.extensions.getExtension("almanac.almanac-forecast");
  if (extension.isActive) throw new Error("The extension was active before it was asked.");
  const began = performance.now();
  await extension.activate();
  console.log(`activation: ${(performance.now() - began).toFixed(1)} ms`);
};
