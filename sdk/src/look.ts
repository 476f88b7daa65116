// Elements of ours: an open shadow root with constructable style sheets, so that neither side's
// styles reach the other and no Content-Security-Policy is in the way.

export interface Look {
  theme?: string | undefined;
  zIndex?: number | string | undefined;
  container?: Element | string | undefined;
}

/** Browsers without constructable style sheets get no card. */
export function supported(): boolean {
  return "adoptedStyleSheets" in Document.prototype;
}

/** An element of ours with its shadow root; `css` decides all of its look. */
export function hostElement(name: string, css: string, look: Look): { host: HTMLElement; root: ShadowRoot } {
  const host = document.createElement(name);
  const root = host.attachShadow({ mode: "open" });
  const zIndex = Number(look.zIndex) || 2_147_483_000;
  root.adoptedStyleSheets = [sheet(css), sheet(`:host{z-index:${zIndex}!important}`)];
  if (look.theme == "dark" || look.theme == "light") host.dataset["theme"] = look.theme;
  return { host, root };
}

function sheet(css: string): CSSStyleSheet {
  const made = new CSSStyleSheet();
  made.replaceSync(css);
  return made;
}

/** An element with attributes and children; strings become text, never markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string>,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Puts the host element where the page wants it: the end of body by default. */
export function place(host: HTMLElement, { container }: Look): void {
  const wanted = typeof container == "string" ? document.querySelector(container) : container;
  (wanted ?? document.body).append(host);
}
