import { EMBEDDING_LENGTH } from '../core/embedding.js';
import { normalised } from '../core/unit-vector.js';
import type { EmbedderModel, Prepared } from '../models/manifest.js';
import { ALIGNED_SIZE } from './alignment.js';
import { Network } from './network.js';

/** An embedding, and how sure the network was of it. */
export interface MeasuredEmbedding {
  /** 512 float32, L2-normalised. */
  embedding: Float32Array;
  /**
   * Length of the vector before it was normalised, 0–1 between the lengths of bad and good photos that the manifest names; null
   * where it names none. Networks give shorter vectors for faces of which they see less (Q. Meng et al., "MagFace", CVPR 2021).
   */
  length: number | null;
}

export class Embedder {
  private constructor(
    private readonly network: Network,
    private readonly lengths: EmbedderModel['lengths'],
  ) {}

  static async load(model: Prepared<EmbedderModel>): Promise<Embedder> {
    const network = await Network.load(model);
    if (network.width !== ALIGNED_SIZE || network.height !== ALIGNED_SIZE) {
      throw new Error(`Model ${model.name} does not take ${ALIGNED_SIZE}x${ALIGNED_SIZE} crops`);
    }
    return new Embedder(network, model.lengths);
  }

  /**
   * @param crop aligned face, planar RGB `[3, 112, 112]`, 0–255; overwritten
   * @param mirror embed the mirror image too and take the normalised mean of both
   */
  async embed(crop: Float32Array, mirror: boolean): Promise<MeasuredEmbedding> {
    if (!mirror) return this.embedOnce(crop);
    const mirrorCrop = mirrorImage(crop);
    const { embedding, length } = await this.embedOnce(crop);
    const mirrored = (await this.embedOnce(mirrorCrop)).embedding;
    return { embedding: directionOf(embedding.map((value, i) => value + (mirrored[i] as number))), length };
  }

  private async embedOnce(crop: Float32Array): Promise<MeasuredEmbedding> {
    const [output, before = output] = Object.values(await this.network.run(crop)).map(({ data }) => data);
    if (output?.length !== EMBEDDING_LENGTH) throw new Error(`the embedder did not return ${EMBEDDING_LENGTH} numbers`);
    return { embedding: directionOf(output), length: this.share(before as Float32Array) };
  }

  private share(vector: Float32Array): number | null {
    if (!this.lengths) return null;
    const { worst, best } = this.lengths;
    const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
    return Math.max(0, Math.min(1, (length - worst) / (best - worst)));
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
