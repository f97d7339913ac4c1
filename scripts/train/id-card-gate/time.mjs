// Times the network on one thread and compares it with torch's answers: node time.mjs FILE.onnx [FILE.json]
// The JSON file holds { "input": [numbers 0..255, RGB, height x width x 3], "card": number } entries.
import { readFileSync } from 'node:fs';
import ort from 'onnxruntime-node';

process.env.ORT_DISABLE_TELEMETRY = '1';
const [file, examples] = process.argv.slice(2);
const session = await ort.InferenceSession.create(file, { intraOpNumThreads: 1, interOpNumThreads: 1 });
const raster = 160;
const pixels = raster * raster;
const run = async (data) =>
  (await session.run({ image: new ort.Tensor('float32', data, [1, 3, raster, raster]) })).card.data[0];

const noise = Float32Array.from({ length: 3 * pixels }, () => Math.random() * 2 - 1);
for (let i = 0; i < 20; i++) await run(noise);
const times = [];
for (let i = 0; i < 200; i++) {
  const start = performance.now();
  await run(noise);
  times.push(performance.now() - start);
}
times.sort((a, b) => a - b);
console.log(
  `one thread: median ${times[100].toFixed(2)} ms, fastest ${times[0].toFixed(2)} ms, 95th percentile ${times[190].toFixed(2)} ms`,
);

if (examples) {
  let worst = 0;
  const list = JSON.parse(readFileSync(examples, 'utf8'));
  for (const { input, card } of list) {
    const data = new Float32Array(3 * pixels);
    for (let i = 0; i < pixels; i++)
      for (let c = 0; c < 3; c++) data[c * pixels + i] = (input[i * 3 + c] - 127.5) / 127.5;
    worst = Math.max(worst, Math.abs((await run(data)) - card));
  }
  console.log(`${list.length} images: largest difference from torch ${worst.toExponential(2)}`);
}
