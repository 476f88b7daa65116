// The spoken part of the participant's page, a script of its own: it is fetched
// when somebody chooses to speak. Start at join; what it is made of is in
// interview/voice/.

import type { Start, Voice } from "./interview/speech";
import { Call } from "./interview/voice/call";
import { Check } from "./interview/voice/check";
import { Demo } from "./interview/voice/demo";
import { outlet } from "./interview/voice/loopback";
import { Microphone } from "./interview/voice/microphone";

/** join gets ready to speak and listen; undefined where they rather type. */
export async function join(start: Start): Promise<Voice | undefined> {
  if (start.kind === "browser") return new Demo(start);
  const { context, host } = start;
  const check = new Check(start.check);
  host.swap(check.root);
  const out = context && outlet(context); // while they are asked for the microphone
  let microphone: Microphone | undefined;
  let call: Call | undefined;
  const open = async (): Promise<Microphone> => {
    if (!context) throw new TypeError("no sound");
    if (!microphone) {
      await context.audioWorklet.addModule(start.worklet);
      microphone = new Microphone(context, {
        frame: (frame) => host.sound(frame),
        level: (level) => (call ? call.heard(level) : check.level(level)),
        ended: () => call?.gone(),
      });
    }
    await microphone.open();
    return microphone;
  };
  if (!(await check.pass(open)) || !microphone) {
    microphone?.release();
    (await out)?.close();
    await context?.close();
    return undefined;
  }
  call = new Call(context!, microphone, (await out)!, check, start);
  return call;
}
