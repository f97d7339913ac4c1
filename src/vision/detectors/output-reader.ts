import type { DetectedFace } from '../geometry.js';
import type { Network } from '../network.js';

/** Outputs of a detector network by name. */
export type Outputs = Record<string, { data: Float32Array; dims: readonly number[] }>;

/** Reads candidate faces, in pixels of the network's input, from the outputs of one family of networks. */
export type OutputReader = (outputs: Outputs, network: NetworkShape, scoreThreshold: number) => DetectedFace[];

/** Size of the network's input in pixels, and its outputs' names in the order of the graph. */
export type NetworkShape = Pick<Network, 'width' | 'height' | 'outputNames'>;
