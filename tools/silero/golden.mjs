// Computes with ONNX's own runtime what package internal/voice/vad is tested against. It is not
// part of any build; run it again only for another model or other fixtures:
//
//   dir=$(mktemp -d)
//   FIXTURES=$dir/fixtures go test ./internal/voice/vad -run TestNetwork
//   npm install --prefix "$dir" --ignore-scripts onnxruntime-node @ricky0123/vad-web@0.0.31
//   cp tools/silero/golden.mjs "$dir" && node "$dir/golden.mjs" "$dir/fixtures" > internal/voice/vad/testdata/golden.json
//
// A fixture is NAME.s16: little-endian samples of 16 bits, 16,000 a second.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import ort from "onnxruntime-node";

const model = new URL("node_modules/@ricky0123/vad-web/dist/silero_vad_v6.onnx", import.meta.url);
const session = await ort.InferenceSession.create(model.pathname, { intraOpNumThreads: 1 });
const rate = new ort.Tensor("int64", BigInt64Array.of(16000n), []);
const frame = 512;
const context = 64;

async function probabilities(samples) {
  const input = new Float32Array(context + frame);
  let state = new ort.Tensor("float32", new Float32Array(2 * 128), [2, 1, 128]);
  const all = [];
  for (let at = 0; at + frame <= samples.length; at += frame) {
    input.copyWithin(0, frame);
    for (let i = 0; i < frame; i++) input[context + i] = samples[at + i] / 32768;
    const tensor = new ort.Tensor("float32", Float32Array.from(input), [1, context + frame]);
    const { output, stateN } = await session.run({ input: tensor, state, sr: rate });
    state = stateN;
    all.push(Number(output.data[0].toFixed(7)));
  }
  return all;
}

const folder = process.argv[2];
const golden = {};
for (const file of readdirSync(folder).filter((name) => name.endsWith(".s16")).sort()) {
  const bytes = readFileSync(join(folder, file));
  const samples = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1);
  golden[file.slice(0, -".s16".length)] = await probabilities(samples);
}
const lines = Object.entries(golden).map(([name, all]) => `${JSON.stringify(name)}: ${JSON.stringify(all)}`);
console.log(`{\n${lines.join(",\n")}\n}`);
