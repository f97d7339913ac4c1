// Milliseconds of one forward pass on one thread: node scripts/train/face-gate/measure.mjs models/weights/face-gate.onnx
import ort from 'onnxruntime-node';

process.env.ORT_DISABLE_TELEMETRY = '1';
const [path = 'models/weights/face-gate.onnx', rounds = '300'] = process.argv.slice(2);
const session = await ort.InferenceSession.create(path, { intraOpNumThreads: 1, interOpNumThreads: 1 });
const side = 96;
const data = Float32Array.from({ length: 3 * side * side }, () => Math.random() * 2 - 1);
const feeds = { input: new ort.Tensor('float32', data, [1, 3, side, side]) };
const times = [];
for (let i = 0; i < Number(rounds) + 20; i++) {
  const start = process.hrtime.bigint();
  await session.run(feeds);
  if (i >= 20) times.push(Number(process.hrtime.bigint() - start) / 1e6);
}
times.sort((p, q) => p - q);
const at = (part) => times[Math.floor(part * (times.length - 1))].toFixed(2);
console.log(`median ${at(0.5)} ms, fastest ${at(0)} ms, 90th percentile ${at(0.9)} ms`);
