// node embed.mjs MODEL.onnx CROPS OUT.f32: one vector a crop; the model takes BGR, (x - 127.5) / 127.5
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';

process.env.ORT_DISABLE_TELEMETRY = '1';
const PLANE = 112 * 112;
const [, , model, crops, out] = process.argv;
const session = await InferenceSession.create(model, { intraOpNumThreads: 1 });
const bytes = await readFile(join(crops, 'crops.u8'));
const vectors = [];
for (let at = 0; at < bytes.length; at += 3 * PLANE) {
  const input = new Float32Array(3 * PLANE);
  for (let c = 0; c < 3; c++) {
    for (let i = 0; i < PLANE; i++) input[c * PLANE + i] = (bytes[at + (2 - c) * PLANE + i] - 127.5) / 127.5;
  }
  const outputs = await session.run({ [session.inputNames[0]]: new Tensor('float32', input, [1, 3, 112, 112]) });
  vectors.push(Buffer.from(Float32Array.from(outputs[session.outputNames[0]].data).buffer));
}
await writeFile(out, Buffer.concat(vectors));
