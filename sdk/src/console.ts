// One line on the console a page, whatever goes wrong: we are a guest there.

let said = false;

/** Set by the core, so that the page's "error" listeners hear all of it. */
export const hearing: { error: (message: string) => void } = { error: () => {} };

export function complain(message: string): void {
  hearing.error(message);
  if (said) return;
  said = true;
  console.warn("usercall: " + message);
}
