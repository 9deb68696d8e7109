export type Child = Node | string | number | null | undefined | false | readonly Child[];

type Handler = (event: Event) => void;

/** Attributes by name; functions are listeners (`onclick`), `style` goes through the object model as the policy demands. */
export interface Properties {
  readonly style?: Readonly<Record<string, string>>;
  readonly [name: string]:
    | string
    | number
    | boolean
    | null
    | undefined
    | Handler
    | Readonly<Record<string, string>>
    | ((event: never) => void);
}

/** An element with attributes, listeners and children. Text is never parsed as markup. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Properties = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) setProperty(element, name, value);
  append(element, children);
  return element;
}

function setProperty(element: HTMLElement, name: string, value: Properties[string]): void {
  if (value === null || value === undefined || value === false) return;
  if (typeof value === "function") element.addEventListener(name.slice(2), value as Handler);
  else if (typeof value === "object") {
    for (const [key, text] of Object.entries(value)) element.style.setProperty(key, text);
  } else element.setAttribute(name, value === true ? "" : String(value));
}

/** Appends children, nested arrays included; null, undefined and false are nothing. */
export function append(element: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(element, child);
    else element.append(typeof child === "number" ? String(child) : (child as Node | string));
  }
}

/** Replaces everything inside `element`. */
export function fill(element: Element, ...children: Child[]): void {
  element.replaceChildren();
  append(element, children);
}

let nextId = 0;

/** An id that no other element of the page has. */
export function uniqueId(prefix: string): string {
  nextId++;
  return `${prefix}-${nextId}`;
}
