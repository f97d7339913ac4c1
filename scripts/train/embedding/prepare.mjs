// node prepare.mjs IN.onnx OUT.onnx: the same network, prepared as `facesearch models` prepares downloaded ones
import { readFile, writeFile } from 'node:fs/promises';
import { transform } from '../../../dist/src/models/transform.js';

const [, , from, to] = process.argv;
const { weights, done } = transform(await readFile(from), ['flush-denormals', 'split-prelu']);
await writeFile(to, weights);
console.log(done.join('; '));
