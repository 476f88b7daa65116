// What can be heard: links with a place in a recording play here, one at a time, and the turn that
// is heard is marked. Without this script they are links to that place.

let player: HTMLAudioElement | null = null;
let until = Infinity;
let link: HTMLAnchorElement | null = null;
let wanted: HTMLAnchorElement | null = null; // also while it is not there yet
let asks = 0; // the last one is played, whichever is ready first

// The place of a link: its "#t=from,to" in seconds, without an end where it plays on.
export function place(hash: string): [number, number] | null {
  const found = /^#t=(\d+(?:\.\d+)?)(?:,(\d+(?:\.\d+)?))?$/.exec(hash);
  return found ? [Number(found[1]), found[2] ? Number(found[2]) : Infinity] : null;
}

function ready(): HTMLAudioElement {
  if (player) return player;
  player = document.querySelector<HTMLAudioElement>("audio[data-player]") ?? new Audio();
  player.addEventListener("timeupdate", follow);
  player.addEventListener("pause", () => press(null));
  // What went wrong is said where it was asked for: by the address itself.
  player.addEventListener("error", () => {
    if (wanted) location.assign(wanted.href);
  });
  return player;
}

function press(now: HTMLAnchorElement | null): void {
  link?.removeAttribute("aria-current");
  link = now;
  link?.setAttribute("aria-current", "true");
}

function follow(): void {
  if (!player) return;
  if (player.currentTime >= until) {
    until = Infinity;
    player.pause();
  }
  const at = player.currentTime * 1000;
  for (const turn of document.querySelectorAll<HTMLElement>(".turn[data-from]")) {
    const now = at >= Number(turn.dataset.from) && at < Number(turn.dataset.to ?? Infinity);
    turn.classList.toggle("now", now && !player.paused);
  }
}

// A player may only be told its place once it knows how long it is.
function from(audio: HTMLAudioElement, seconds: number): Promise<void> {
  return new Promise((done) => {
    const seek = () => {
      audio.currentTime = seconds;
      done();
    };
    if (audio.readyState >= HTMLMediaElement.HAVE_METADATA) seek();
    else audio.addEventListener("loadedmetadata", seek, { once: true });
  });
}

async function play(asked: HTMLAnchorElement): Promise<void> {
  const span = place(asked.hash);
  if (!span) return;
  const audio = ready();
  if (asked === link) return audio.pause();
  audio.pause();
  wanted = asked;
  const file = asked.href.slice(0, -asked.hash.length);
  if (audio.src !== file) {
    audio.src = file;
    audio.preload = "auto";
    audio.load();
  }
  until = Infinity;
  const mine = ++asks;
  await from(audio, span[0]);
  if (mine !== asks) return;
  until = span[1];
  await audio.play().catch(() => press(null));
  press(asked);
}

// pause pauses what is heard, or goes on with it.
export function pause(): void {
  const audio = player ?? document.querySelector<HTMLAudioElement>("audio[data-player]");
  if (!audio) return;
  if (!audio.paused) audio.pause();
  else if (audio.src) void ready().play().catch(() => undefined);
}

export function listen(): void {
  if (document.querySelector("audio[data-player]")) ready();
  document.addEventListener("click", (event) => {
    const asked = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[data-play]") : null;
    if (!asked || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    void play(asked);
  });
}
