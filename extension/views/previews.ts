import { createPreviewLayer, onVisibleEditors, visibleExperiments } from "../editor/decorations.ts";
import type { Language } from "../editor/language-client.ts";
import { onSetting, setting } from "../editor/settings.ts";
import { getPreviews, previewsChanged } from "../language/messages.ts";
import type { Preview } from "../language/service/preview.ts";

/** Shows the answer of the last run beside the lines that asked for it; off by one setting. */
export function showPreviews(language: Language): { dispose(): void } {
  const layer = createPreviewLayer();
  const draw = async (uri: string) => {
    const found = setting("previews.enabled") ? await language.ask<Preview[]>(getPreviews, { uri }) : [];
    layer.show(uri, found);
  };
  const drawAll = () => {
    for (const uri of visibleExperiments()) void draw(uri);
  };
  language.on<{ uri: string }>(previewsChanged, ({ uri }) => void draw(uri));
  const subscriptions = [layer, onVisibleEditors(drawAll), onSetting(["previews.enabled"], drawAll)];
  drawAll();
  return { dispose: () => subscriptions.forEach((one) => void one.dispose()) };
}
