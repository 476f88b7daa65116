// Paths of the trigger language: properties.a.b, properties["a.b"].c, properties.items.0.sku.

export type Path = readonly string[];

const SEGMENT = /\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g;

export function parsePath(text: string): Path {
  return [...text.matchAll(SEGMENT)].map(([, quoted, index, plain]) =>
    quoted === undefined ? (index ?? plain)! : quoted.replace(/\\(.)/g, "$1"),
  );
}

/** The value at the path; undefined where there is none. A null counts as missing. */
export function readPath(value: unknown, path: Path): unknown {
  for (const key of path) value = child(value, key);
  return value ?? undefined;
}

function child(value: unknown, key: string): unknown {
  if (typeof value != "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  if (Array.isArray(value) && !/^\d+$/.test(key)) return undefined;
  return (value as Record<string, unknown>)[key];
}

/** A copy of value with nothing in it but what the paths lead to. Array elements keep their index. */
export function pick(value: unknown, paths: readonly Path[]): Record<string, unknown> {
  const picked: Record<string, unknown> = {};
  for (const path of paths) {
    const found = readPath(value, path);
    if (found !== undefined && path.length) put(picked, value, path, found);
  }
  return picked;
}

function put(into: any, source: unknown, [key, ...rest]: Path, found: unknown): void {
  const at = key!;
  const below = child(source, at);
  if (!rest.length) into[at] = found;
  else put((into[at] ??= Array.isArray(below) ? [] : {}), below, rest, found);
}
