import type { Model, ModelInput, Prepared } from '../models/manifest.js';
import { InferenceSession, Tensor } from '../models/onnx-runtime.js';

/** One ONNX model, run on the calling thread with one intra-op thread: the pool has a worker for each core. */
export class Network {
  private constructor(
    private readonly session: InferenceSession,
    readonly input: ModelInput,
    private readonly inputName: string,
  ) {}

  static async load(model: Prepared<Model>): Promise<Network> {
    const session = await InferenceSession.create(model.weights, {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
    });
    const { name = session.inputNames[0] ?? '' } = model.input;
    if (!session.inputNames.includes(name)) {
      throw new Error(`Model ${model.name} has no input "${name}" (it has ${session.inputNames.join(', ')})`);
    }
    return new Network(session, model.input, name);
  }

  /** Names of the outputs in the order of the graph. */
  get outputNames(): readonly string[] {
    return this.session.outputNames;
  }

  /** Width and height of the input raster in pixels. */
  get width(): number {
    return this.input.shape[3];
  }

  get height(): number {
    return this.input.shape[2];
  }

  /**
   * @param rgb planar RGB, `[3, height, width]`, 0–255; overwritten
   * @returns the outputs by name
   */
  async run(rgb: Float32Array): Promise<Record<string, { data: Float32Array; dims: readonly number[] }>> {
    const tensor = new Tensor('float32', toInput(rgb, this.input), this.input.shape);
    const outputs = await this.session.run({ [this.inputName]: tensor });
    const result: Record<string, { data: Float32Array; dims: readonly number[] }> = {};
    for (const name of this.session.outputNames) {
      const output = outputs[name];
      if (!output || !(output.data instanceof Float32Array)) throw new Error(`output ${name} is not float32`);
      result[name] = { data: output.data, dims: output.dims };
    }
    return result;
  }
}

/** Orders the channels and applies (pixel - mean) * scale, in place. @returns the network's input, a part of `rgb` */
function toInput(rgb: Float32Array, { channels, mean, scale, shape }: ModelInput): Float32Array {
  const plane = shape[2] * shape[3];
  if (channels === 'GRAY') {
    // ITU-R BT.601 luma, as OpenCV and libvips compute it.
    for (let i = 0; i < plane; i++) {
      const luma =
        0.299 * (rgb[i] as number) + 0.587 * (rgb[i + plane] as number) + 0.114 * (rgb[i + 2 * plane] as number);
      rgb[i] = (luma - mean) * scale;
    }
    return rgb.subarray(0, plane);
  }
  for (let i = 0; i < rgb.length; i++) rgb[i] = ((rgb[i] as number) - mean) * scale;
  if (channels === 'BGR') {
    const red = rgb.slice(0, plane);
    rgb.copyWithin(0, 2 * plane);
    rgb.set(red, 2 * plane);
  }
  return rgb;
}
