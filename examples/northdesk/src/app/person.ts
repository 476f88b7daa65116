// The person who is signed in. Northdesk has no accounts: it makes somebody up and remembers them.

export interface Person {
  id: string;
  name: string;
  email: string;
  plan: "trial" | "pro";
  /** Cancelled, and running until the end of the month. */
  ending: boolean;
  months: number;
}

const NAMES = ["Ada Brandt", "Milo Ferrari", "Ines Duarte", "Noah Lindqvist", "Yuki Tanaka", "Leila Haddad", "Tomas Novak", "Grace Okafor"];
const KEY = "northdesk.person";

export function currentPerson(): Person {
  const stored = localStorage.getItem(KEY);
  return stored ? (JSON.parse(stored) as Person) : somebodyNew();
}

export function somebodyNew(): Person {
  const bytes = crypto.getRandomValues(new Uint8Array(5));
  const others = NAMES.filter((name) => !localStorage.getItem(KEY)?.includes(name));
  const name = others[bytes[0]! % others.length]!;
  const id = "u_" + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const email = name.toLowerCase().replace(" ", ".") + "@example.com";
  return remember({ id, name, email, plan: "pro", ending: false, months: 3 + (bytes[1]! % 20) });
}

export function remember(person: Person): Person {
  localStorage.setItem(KEY, JSON.stringify(person));
  return person;
}
