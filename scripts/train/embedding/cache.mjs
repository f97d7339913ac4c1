// node cache.mjs <folder of cache.py> <first view> <step>: runs the early layers over view<k>.u8 and writes the activations
// at the cut (view<k>.f32) and the original's embeddings (teacher<k>.f32), in the order of the crops.
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';

const [folder, first, step] = process.argv.slice(2);
const { cut, views, rows } = JSON.parse(readFileSync(join(folder, 'cache.json'), 'utf8'));
const session = await InferenceSession.create(join(folder, 'early.onnx'), {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
});
const plane = 112 * 112;
for (let v = Number(first); v < views; v += Number(step)) {
  const pixels = readFileSync(join(folder, `view${v}.u8`));
  const activations = openSync(join(folder, `view${v}.f32`), 'w');
  const embeddings = openSync(join(folder, `teacher${v}.f32`), 'w');
  for (let r = 0; r < rows; r++) {
    const x = new Float32Array(3 * plane);
    for (let i = 0, o = r * 3 * plane; i < plane; i++, o += 3) {
      for (let c = 0; c < 3; c++) x[c * plane + i] = (pixels[o + 2 - c] - 127.5) / 127.5;
    }
    const out = await session.run({ input: new Tensor('float32', x, [1, 3, 112, 112]) });
    const [a, e] = [out[cut].data, out.output.data];
    writeSync(activations, new Uint8Array(a.buffer, a.byteOffset, a.byteLength));
    writeSync(embeddings, new Uint8Array(e.buffer, e.byteOffset, e.byteLength));
  }
  closeSync(activations);
  closeSync(embeddings);
  console.log('view', v);
}
