import { EMBEDDING_LENGTH } from '../core/embedding.js';
import { normalised } from '../core/unit-vector.js';
import type { EmbedderModel, Prepared } from '../models/manifest.js';
import { ALIGNED_SIZE } from './alignment.js';
import { Network } from './network.js';

export class Embedder {
  private constructor(private readonly network: Network) {}

  static async load(model: Prepared<EmbedderModel>): Promise<Embedder> {
    const network = await Network.load(model);
    if (network.width !== ALIGNED_SIZE || network.height !== ALIGNED_SIZE) {
      throw new Error(`Model ${model.name} does not take ${ALIGNED_SIZE}x${ALIGNED_SIZE} crops`);
    }
    return new Embedder(network);
  }

  /**
   * @param crop aligned face, planar RGB `[3, 112, 112]`, 0–255; overwritten
   * @param mirror embed the mirror image too and take the normalised mean of both
   * @returns 512 float32, L2-normalised
   */
  async embed(crop: Float32Array, mirror: boolean): Promise<Float32Array> {
    if (!mirror) return this.embedOnce(crop);
    const mirrorCrop = mirrorImage(crop);
    const embedding = await this.embedOnce(crop);
    const mirrored = await this.embedOnce(mirrorCrop);
    return directionOf(embedding.map((value, i) => value + (mirrored[i] as number)));
  }

  private async embedOnce(crop: Float32Array): Promise<Float32Array> {
    const output = Object.values(await this.network.run(crop))[0]?.data;
    if (output?.length !== EMBEDDING_LENGTH) throw new Error(`the embedder did not return ${EMBEDDING_LENGTH} numbers`);
    return directionOf(output);
  }
}

function directionOf(vector: Float32Array): Float32Array {
  const unit = normalised(vector);
  if (!unit) throw new Error('the embedder returned a vector without a direction');
  return unit;
}

/** Left and right exchanged. */
function mirrorImage(crop: Float32Array): Float32Array {
  const out = new Float32Array(crop.length);
  for (let row = 0; row < crop.length; row += ALIGNED_SIZE) {
    for (let x = 0; x < ALIGNED_SIZE; x++) out[row + x] = crop[row + ALIGNED_SIZE - 1 - x] as number;
  }
  return out;
}
