// Interview links. The server may be known by other addresses than the page loads us from, so
// only what would be dangerous or useless is refused.

export function isInterviewLink(link: string): boolean {
  try {
    const { protocol, pathname } = new URL(link);
    return /^https?:$/.test(protocol) && pathname.includes("/i/");
  } catch {
    return false;
  }
}
