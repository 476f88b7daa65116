// What the form of a trigger cannot do without a script: it says at once what it means and what is
// wrong, and grows without a new page. The server draws every part; here they are put in place.

export {};

const form = document.querySelector<HTMLFormElement>("form#builder");

const parts = "[data-part][id]";

// What is typed while an answer is on its way must stay, so only the newest counts and no field is
// replaced.
let turn = 0;

async function ask(extra?: HTMLButtonElement): Promise<HTMLFormElement | null> {
  if (!form) return null;
  const mine = ++turn;
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string") body.append(name, value);
  if (extra) body.append(extra.name, extra.value);
  const answer = await fetch(form.dataset.preview ?? "", { method: "POST", body, credentials: "same-origin", redirect: "error" });
  if (!answer.ok || mine !== turn) return null;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.querySelector<HTMLFormElement>("form#builder");
}

function show(fresh: HTMLFormElement): void {
  for (const part of form?.querySelectorAll<HTMLElement>(parts) ?? []) {
    const next = fresh.querySelector(`[id="${CSS.escape(part.id)}"]`);
    if (next && next.innerHTML !== part.innerHTML) part.replaceChildren(...Array.from(next.childNodes));
  }
  for (const field of form?.querySelectorAll<HTMLElement>("[name]") ?? []) {
    const wrong = fresh.querySelector(`[id="${CSS.escape(field.id)}"]`)?.getAttribute("aria-invalid");
    if (wrong) {
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-describedby", `w-${field.id.slice(2)}`);
    } else field.removeAttribute("aria-invalid");
  }
}

async function look(): Promise<void> {
  try {
    const fresh = await ask();
    if (fresh) show(fresh);
  } catch {
    // The network is away. Saving still says what is wrong.
  }
}

let waiting = 0;
function soon(): void {
  clearTimeout(waiting);
  waiting = setTimeout(look, 300) as unknown as number;
}

// A button that changes the form: the answer is a whole form, with what was typed.
async function grow(button: HTMLButtonElement): Promise<boolean> {
  clearTimeout(waiting); // its answer would be the newer one, and this one thrown away
  const fresh = await ask(button);
  if (!fresh || !form) return false;
  const open = new Set(Array.from(form.querySelectorAll("details[open] > summary"), (s) => s.textContent));
  form.replaceChildren(...Array.from(fresh.childNodes));
  for (const d of form.querySelectorAll("details")) d.open ||= d.id === "yaml" && open.has("As YAML");
  tests();
  (form.querySelector<HTMLElement>("[autofocus]") ?? nearest(button.value))?.focus();
  return true;
}

// After something was taken away the keyboard goes on where it was, and after something was moved,
// with what was moved.
function nearest(value: string): HTMLElement | null {
  const [, verb, list, at] = /^(\w+):(.*?)(?:\.(-?\d+))?$/.exec(value) ?? [];
  const button = (v: string): HTMLElement | null | undefined => form?.querySelector<HTMLElement>(`button[value="${CSS.escape(v)}"]`);
  if (verb !== "up" && verb !== "down") return button(`add:${list}`) ?? null;
  const now = Number(at) + (verb === "up" ? -1 : 1);
  return button(`${verb}:${list}.${now}`) ?? button(`${verb === "up" ? "down" : "up"}:${list}.${now}`) ?? null;
}

// A test that compares with nothing needs no value.
function tests(): void {
  for (const select of form?.querySelectorAll<HTMLSelectElement>('select[name$=".op"]') ?? []) {
    const valued = select.closest(".line")?.querySelector<HTMLElement>(".valued");
    if (valued) valued.hidden = select.value.startsWith("exists");
  }
}

if (form) {
  form.classList.add("alive");
  let plainly = false; // the script could not do it, so the browser does
  form.addEventListener("input", () => {
    turn++;
    tests();
    soon();
  });
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (plainly || !(button instanceof HTMLButtonElement)) return;
    const changes = button.value.includes(":"); // the others lead elsewhere
    if (!changes && button.value !== "look") return;
    event.preventDefault();
    if (!changes) return void look();
    const send = (): void => {
      plainly = true;
      form.requestSubmit(button);
    };
    grow(button).then((grown) => grown || send(), send);
  });
}
