// What the pages cannot do without a script: keys, clocks that keep going, copy buttons. Every
// page is complete without it.

import { listen, pause } from "./dashboard/listen";

const selectable = "[data-rows] a[data-row]";

function rows(): HTMLAnchorElement[] {
  return Array.from(document.querySelectorAll<HTMLAnchorElement>(selectable));
}

function step(by: number): void {
  const all = rows();
  if (all.length === 0) return;
  const now = all.indexOf(document.activeElement as HTMLAnchorElement);
  const next = now < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, now + by));
  all[next]?.focus();
}

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

function toggleKeys(): void {
  const list = document.querySelector<HTMLDialogElement>("dialog#keys");
  if (!list) return;
  if (list.open) list.close();
  else list.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if (event.key === "p") pause();
  else if (event.key === "?") toggleKeys();
  else if (event.key === "/") focusSearch(event);
});

function focusSearch(event: KeyboardEvent): void {
  const field = document.querySelector<HTMLInputElement>("input[type=search]");
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
}

const keysButton = document.querySelector<HTMLButtonElement>("[data-keys]");
if (keysButton) {
  keysButton.hidden = false;
  keysButton.addEventListener("click", toggleKeys);
}
document.querySelector<HTMLDialogElement>("dialog#keys")?.addEventListener("click", (event) => {
  if (event.target === event.currentTarget) (event.currentTarget as HTMLDialogElement).close();
});

listen();

// A filter takes effect when it is chosen; the button is for pages without scripts.
for (const form of document.querySelectorAll<HTMLFormElement>("form[data-filters]")) {
  form.classList.add("alive");
  form.addEventListener("change", () => form.requestSubmit());
}

for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-copy]")) {
  const source = document.getElementById(button.dataset.copy ?? "");
  if (!source || !navigator.clipboard) continue;
  button.hidden = false;
  const words = button.textContent;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(source.textContent ?? "");
      button.textContent = "Copied";
    } catch {
      button.textContent = "Select it and press Ctrl+C";
    }
    setTimeout(() => (button.textContent = words), 1600);
  });
}

// The same words as ago() in words.go.
function ago(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 60) return `${s} s ago`;
  if (s < 3600) return `${Math.floor(s / 60)} min ago`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ago`;
  const days = Math.floor(s / 86400);
  if (days < 14) return days === 1 ? "1 day ago" : `${days} days ago`;
  return "";
}

function tick(): void {
  for (const time of document.querySelectorAll<HTMLTimeElement>("time[data-ago]")) {
    const words = ago(Date.now() - Date.parse(time.dateTime));
    if (words && words !== time.textContent) time.textContent = words;
  }
}

const liveParts = Array.from(document.querySelectorAll<HTMLElement>("[data-live][id]"));
tick();
setInterval(tick, liveParts.length ? 1000 : 20000);

// What a part says, but for how long ago things were.
function shape(part: Element): string {
  const copy = part.cloneNode(true) as Element;
  for (const time of copy.querySelectorAll("time")) time.textContent = "";
  return copy.innerHTML;
}

function opens(part: Element): boolean[] {
  return Array.from(part.querySelectorAll("details"), (d) => d.open);
}

// A part is left alone while somebody is in it with the keyboard.
function renew(part: HTMLElement, fresh: Element): void {
  const opened = opens(part);
  for (const [i, d] of fresh.querySelectorAll("details").entries()) d.open = opened[i] ?? false;
  if (part.contains(document.activeElement) || shape(part) === shape(fresh)) return;
  part.replaceChildren(...Array.from(fresh.childNodes));
}

async function ask(url: string): Promise<boolean> {
  const answer = await fetch(url, { credentials: "same-origin", redirect: "error" });
  if (!answer.ok) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of liveParts) {
    const fresh = part.dataset.live === url ? page.getElementById(part.id) : null;
    if (fresh) renew(part, fresh);
  }
  tick();
  return true;
}

// Parts that are alive: they ask while the page is in view, and stop after half an hour.
if (liveParts.length) {
  const until = Date.now() + 30 * 60 * 1000;
  const urls = new Set(liveParts.map((part) => part.dataset.live ?? ""));
  let busy = false;
  const poll = setInterval(async () => {
    if (Date.now() > until) return clearInterval(poll);
    if (document.hidden || busy) return;
    busy = true;
    try {
      for (const url of urls) if (!(await ask(url))) clearInterval(poll);
    } catch {
      // The network is away; the next round asks again.
    }
    busy = false;
  }, 2000);
}
