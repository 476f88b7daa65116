// Which events active triggers read, and what of them: only that leaves the page.

import { parsePath, type Path } from "./path";
import type { EventReads } from "./wire";

export interface Reads {
  properties: Path[];
  context: Path[];
  traits: Path[];
  group: Path[];
  /** A trigger on this event takes people without a userId. */
  anyone: boolean;
}

/** What triggers read of an event; undefined where none waits for it. */
export function readsOf(events: readonly EventReads[], type: string, name: string): Reads | undefined {
  const matching = events.filter((e) => e.type == type && (e.name == name || (!e.name && type != "track")));
  if (!matching.length) return undefined;
  const paths = (list: "properties" | "context" | "traits" | "group") =>
    matching.flatMap((e) => e[list] ?? []).map((text) => withoutRoot(list, parsePath(text)));
  return {
    properties: paths("properties"),
    context: paths("context"),
    traits: paths("traits"),
    group: paths("group"),
    anyone: matching.some((e) => e.anyone),
  };
}

/** Both `properties.plan` and `plan` below its own heading. */
function withoutRoot(root: string, path: Path): Path {
  return path[0] == root && path.length > 1 ? path.slice(1) : path;
}
