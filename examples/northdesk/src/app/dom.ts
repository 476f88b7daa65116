// A few words for making elements. Strings become text, never markup.

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

export function button(label: string, kind: string, press: () => void): HTMLButtonElement {
  const made = element("button", { type: "button", class: kind }, label);
  made.onclick = press;
  return made;
}

export function list(name: string): HTMLElement {
  return document.querySelector<HTMLElement>(`[data-list="${name}"]`)!;
}
