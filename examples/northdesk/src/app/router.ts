// Views of one page, each with an address of its own.

const views = [...document.querySelectorAll<HTMLElement>("[data-view]")];

/** Follows links marked data-link, and back and forward; `entered` hears each new view. */
export function route(entered: (path: string) => void): void {
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-link]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go(link.pathname, entered);
    document.getElementById("main")!.focus({ preventScroll: true });
  });
  addEventListener("popstate", () => show(location.pathname, entered));
  show(location.pathname, entered);
}

export function go(path: string, entered: (path: string) => void): void {
  if (path != location.pathname) history.pushState(null, "", path);
  show(path, entered);
}

function show(path: string, entered: (path: string) => void): void {
  const view = views.find((each) => each.dataset["view"] == path) ?? views.find((each) => each.dataset["view"] == "/app/inbox")!;
  for (const each of views) each.hidden = each != view;
  for (const link of document.querySelectorAll("nav a"))
    if (link.getAttribute("href") == path) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  document.title = `${view.querySelector("h1")!.textContent} · Northdesk`;
  entered(path);
}
