// Events that arrived from a server reach an open page by a stream, which says no more than "ask
// now". It is open only while somebody looks at the page.

const FAILURES = 4;

export function openStream(url: () => string, ask: () => void): () => void {
  let source: EventSource | undefined;
  let failures = 0;
  const stop = () => {
    source?.close();
    source = undefined;
  };
  const follow = () => {
    if (document.visibilityState != "visible" || failures >= FAILURES) return stop();
    if (source) return;
    source = new EventSource(url());
    source.onopen = () => (failures = 0);
    source.onmessage = ask;
    source.onerror = () => ++failures >= FAILURES && stop();
  };
  document.addEventListener("visibilitychange", follow);
  follow();
  return () => {
    failures = FAILURES;
    stop();
  };
}
