import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium, type ElementHandle, type Frame, type Locator, type Page } from "playwright-core";

/** Flags that keep Chromium quiet and its colours the same everywhere. */
export const browserFlags = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  ...["--disable-component-update", "--disable-sync", "--force-color-profile=srgb"],
];

/** One browser window with the workbench, and what a user does in it. */
export class Window {
  readonly page: Page;
  readonly #browser: Browser;
  readonly #shots: string;

  private constructor(browser: Browser, page: Page, shots: string) {
    this.#browser = browser;
    this.page = page;
    this.#shots = shots;
  }

  static async open(executable: string, url: string, shots: string): Promise<Window> {
    mkdirSync(shots, { recursive: true });
    const browser = await chromium.launch({ executablePath: executable, args: browserFlags });
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, serviceWorkers: "allow" });
    const page = await context.newPage();
    page.setDefaultTimeout(90_000);
    const window = new Window(browser, page, shots);
    await page.goto(url);
    await page.locator(".monaco-workbench").waitFor();
    return window;
  }

  /** Leaves the page and opens it again, as a restart of the window does. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.page.locator(".monaco-workbench").waitFor();
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }

  async command(title: string): Promise<void> {
    await this.page.keyboard.press("F1");
    const input = this.page.locator(".quick-input-widget input").first();
    await input.waitFor();
    await input.fill(`>${title}`);
    await this.page.locator(".quick-input-list .monaco-list-row").first().waitFor();
    await this.page.keyboard.press("Enter");
  }

  /** Opens a file of the workspace by its name. */
  async openFile(name: string): Promise<void> {
    await this.page.keyboard.press("Control+P");
    const input = this.page.locator(".quick-input-widget input").first();
    await input.waitFor();
    await input.fill(name);
    await this.page.locator(".quick-input-list .monaco-list-row", { hasText: name }).first().waitFor();
    await this.page.keyboard.press("Enter");
    await this.page.locator(".tab.active", { hasText: name }).waitFor();
  }

  /** The line of the active editor that holds the text. */
  line(text: string): Locator {
    return this.page.locator(".editor-group-container.active .view-line", { hasText: text }).first();
  }

  /** Waits for text that is shown after the end of a line: style, not content, so that no locator finds it. */
  async preview(words: string): Promise<ElementHandle> {
    const search = `[...document.querySelectorAll(".view-line span")].find((span) =>
      getComputedStyle(span, "::after").content.replaceAll("\\u00a0", " ").includes(${JSON.stringify(words)}))`;
    const handle = await this.page.waitForFunction(search, undefined, { timeout: 60_000 });
    const element = handle.asElement();
    if (element === null) throw new Error(`No line shows “${words}”.`);
    // SAFETY: the function above returns an element of the page.
    return element as ElementHandle;
  }

  tab(title: string): Locator {
    return this.page.locator(".tab", { hasText: title }).first();
  }

  async closeTab(title: string): Promise<void> {
    await this.tab(title).hover();
    await this.tab(title).locator(".tab-actions .action-label").click();
    await this.tab(title).waitFor({ state: "detached" });
  }

  /** A code lens by its words. */
  lens(words: string): Locator {
    return this.page.locator(".codelens-decoration a", { hasText: words }).first();
  }

  /** Opens the quick fixes at the cursor and waits for one; asks again where the editor had none at first. */
  async quickFix(title: string): Promise<void> {
    const row = this.page.locator(".action-widget .monaco-list-row", { hasText: title }).first();
    for (let tries = 0; tries < 10; tries++) {
      await this.page.waitForTimeout(700);
      await this.page.keyboard.press("Control+.");
      const shown = await row.waitFor({ timeout: 2000 }).then(
        () => true,
        () => false,
      );
      if (shown) return;
      await this.page.keyboard.press("Escape");
    }
    throw new Error(`There is no quick fix “${title}”.`);
  }

  /** The page inside the active webview. */
  async webview(): Promise<Frame> {
    for (let tries = 0; tries < 150; tries++) {
      for (const frame of this.page.frames()) {
        if (!frame.url().includes("/webview/browser/pre/")) continue;
        for (const inner of frame.childFrames()) {
          if (
            await inner
              .locator("#page")
              .count()
              .catch(() => 0)
          )
            return inner;
        }
      }
      await this.page.waitForTimeout(200);
    }
    throw new Error("No webview has opened.");
  }

  async shot(name: string): Promise<void> {
    await this.page.screenshot({ path: join(this.#shots, `${name}.png`) });
  }
}
