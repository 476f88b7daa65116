// Links to interviews come from the server, but open() takes one from the page.

/** Links lead to the server's interview pages and nowhere else. */
export function isInterviewLink(link: string, host: string): boolean {
  try {
    const { origin, pathname } = new URL(link);
    return origin == host && pathname.startsWith("/i/");
  } catch {
    return false;
  }
}
