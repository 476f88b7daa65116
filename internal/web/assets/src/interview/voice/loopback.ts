// Where our own sound goes: through a call of the page with itself, because some
// browsers cancel the echo only of what came through a call; straight to the
// loudspeaker where that call does not come about.

const CALL_MS = 2_000;
const SPILL_MS = 120; // what is still in the call when a line is dropped

export interface Outlet {
  readonly node: AudioNode;
  /** delayMS is how long a sample takes from the node to the ear, as far as can be known. */
  delayMS(): Promise<number>;
  /** hush drops at once what is on the way. */
  hush(): void;
  close(): void;
}

export async function outlet(context: AudioContext): Promise<Outlet> {
  try {
    return await call(context);
  } catch {
    return direct(context); // sound without echo cancellation is better than none
  }
}

function direct(context: AudioContext): Outlet {
  return { node: context.destination, delayMS: async () => device(context), hush: () => undefined, close: () => undefined };
}

async function call(context: AudioContext): Promise<Outlet> {
  const near = new RTCPeerConnection();
  const far = new RTCPeerConnection();
  const close = (): void => {
    near.close();
    far.close();
  };
  try {
    const node = context.createMediaStreamDestination();
    node.channelCount = 1;
    const audio = new Audio();
    audio.setAttribute("playsinline", "");
    const heard = connect(near, far, node.stream);
    audio.srcObject = await within(CALL_MS, heard);
    await within(CALL_MS, audio.play());
    return { node, close: () => (audio.pause(), close()), hush: () => hush(audio), delayMS: async () => device(context) + (await buffered(far)) };
  } catch (e) {
    close();
    throw e;
  }
}

/** connect makes the call and returns what comes out at the other end. */
async function connect(near: RTCPeerConnection, far: RTCPeerConnection, stream: MediaStream): Promise<MediaStream> {
  near.onicecandidate = (e) => void (e.candidate && far.addIceCandidate(e.candidate).catch(() => undefined));
  far.onicecandidate = (e) => void (e.candidate && near.addIceCandidate(e.candidate).catch(() => undefined));
  const track = new Promise<MediaStreamTrack>((resolve) => (far.ontrack = (e) => resolve(e.track)));
  const connected = new Promise<void>((resolve, reject) => {
    far.onconnectionstatechange = () => {
      if (far.connectionState === "connected") resolve();
      if (far.connectionState === "failed") reject(new Error("the page could not call itself"));
    };
  });
  near.addTrack(stream.getAudioTracks()[0]!, stream);
  await near.setLocalDescription();
  await far.setRemoteDescription(near.localDescription!);
  await far.setLocalDescription();
  await near.setRemoteDescription(far.localDescription!);
  await connected;
  return new MediaStream([await track]);
}

function hush(audio: HTMLAudioElement): void {
  audio.muted = true;
  setTimeout(() => (audio.muted = false), SPILL_MS);
}

function device(context: AudioContext): number {
  return ((context.outputLatency || 0) + (context.baseLatency || 0)) * 1000;
}

/** buffered is the mean time that sound waits at the far end. */
async function buffered(far: RTCPeerConnection): Promise<number> {
  let ms = 0;
  (await far.getStats()).forEach((s: { type: string; jitterBufferDelay?: number; jitterBufferEmittedCount?: number }) => {
    if (s.type === "inbound-rtp" && s.jitterBufferEmittedCount) ms = (1000 * (s.jitterBufferDelay ?? 0)) / s.jitterBufferEmittedCount;
  });
  return ms;
}

function within<T>(ms: number, what: Promise<T>): Promise<T> {
  return Promise.race([what, new Promise<never>((_, reject) => setTimeout(() => reject(new Error("too late")), ms))]);
}
