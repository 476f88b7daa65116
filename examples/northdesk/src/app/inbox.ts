// A few tickets to read and answer.

import { button, element, list } from "./dom";

interface Ticket {
  from: string;
  subject: string;
  age: string;
  text: string;
}

const TICKETS: Ticket[] = [
  {
    from: "Marta at Kettle & Co.",
    subject: "Invoice shows the old address",
    age: "12 min",
    text: "We moved in September. The October invoice still has the old street on it, and our accountant sends it back. Can you issue it again?",
  },
  {
    from: "Jonas Weber",
    subject: "Two customers in one thread",
    age: "1 h",
    text: "Somebody replied to a newsletter and now their question sits in another customer's ticket. How do I pull them apart without either noticing?",
  },
  {
    from: "Priya, Lumen Studio",
    subject: "Export to our accounting tool",
    age: "3 h",
    text: "We copy the monthly numbers by hand. Is there an export that our bookkeeper could open, or is it on the way?",
  },
  {
    from: "Sam Ortiz",
    subject: "Thank you",
    age: "yesterday",
    text: "That was the fastest answer I have had from anybody this year. Nothing to do here, I only wanted to say so.",
  },
];

export function showInbox(answered: (subject: string) => void): void {
  const entries = TICKETS.map((ticket) => {
    const open = element(
      "button",
      { type: "button" },
      element("b", {}, ticket.subject),
      element("span", { class: "soft" }, `${ticket.from} · ${ticket.age}`),
    );
    open.onclick = () => select(ticket, open, answered);
    return element("li", {}, open);
  });
  list("tickets").replaceChildren(...entries);
  select(TICKETS[0]!, entries[0]!.querySelector("button")!, answered);
}

function select(ticket: Ticket, entry: HTMLElement, answered: (subject: string) => void): void {
  for (const other of document.querySelectorAll(".tickets [aria-current]")) other.removeAttribute("aria-current");
  entry.setAttribute("aria-current", "true");
  const reply = element("textarea", { rows: "3", placeholder: "Write an answer", "aria-label": "Your answer" });
  const send = button("Send answer", "primary", () => {
    send.disabled = true;
    send.textContent = "Sent";
    answered(ticket.subject);
  });
  document
    .querySelector("[data-ticket]")!
    .replaceChildren(
      element("h2", {}, ticket.subject),
      element("p", { class: "soft" }, `${ticket.from}, ${ticket.age} ago`.replace("yesterday ago", "yesterday")),
      element("p", {}, ticket.text),
      reply,
      send,
    );
}
