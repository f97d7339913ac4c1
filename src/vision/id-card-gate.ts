import type { IdCardGateModel, Prepared } from '../models/manifest.js';
import { rasterToBox } from './geometry.js';
import type { ImagePyramid } from './image-pyramid.js';
import { Network } from './network.js';

/** Tells a photo of an identity document from a selfie or portrait. */
export class IdCardGate {
  private constructor(
    private readonly model: Prepared<IdCardGateModel>,
    private readonly network: Network,
  ) {}

  static async load(model: Prepared<IdCardGateModel>): Promise<IdCardGate> {
    return new IdCardGate(model, await Network.load(model));
  }

  async isIdCard(pyramid: ImagePyramid): Promise<boolean> {
    const { width, height } = this.network;
    const whole = { x: 0, y: 0, width: pyramid.image.width, height: pyramid.image.height };
    const outputs = await this.network.run(pyramid.sample(rasterToBox(whole, width, height), width, height, 127));
    const probability = Object.values(outputs)[0]?.data[0];
    if (probability === undefined) throw new Error(`Model ${this.model.name} returned no score`);
    return probability >= this.model.threshold;
  }
}
