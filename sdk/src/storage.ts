// The page's storage, which may be full, switched off or somebody else's: nothing here throws.
// Every key begins with "usercall".

const memory = new Map<string, string>();

export function load(key: string): string | null {
  try {
    return localStorage.getItem("usercall." + key) ?? memory.get(key) ?? null;
  } catch {
    return memory.get(key) ?? null;
  }
}

export function save(key: string, value: string): void {
  memory.set(key, value);
  try {
    localStorage.setItem("usercall." + key, value);
  } catch {}
}

export function forget(key: string): void {
  memory.delete(key);
  try {
    localStorage.removeItem("usercall." + key);
  } catch {}
}

export function loadJSON<T>(key: string, otherwise: T): T {
  try {
    return (JSON.parse(load(key) ?? "null") as T) ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** Invites that this session of the browser showed. */
export function shownHere(): string[] {
  try {
    return JSON.parse(sessionStorage.getItem("usercall.shown") ?? "[]");
  } catch {
    return [];
  }
}

export function noteShown(invite: string): void {
  try {
    sessionStorage.setItem("usercall.shown", JSON.stringify([...new Set(shownHere()).add(invite)]));
  } catch {}
}
