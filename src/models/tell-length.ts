import type { OnnxModel } from './onnx.js';

/**
 * Makes the vector that the last LpNormalization of a network is given one more output, behind the others: its length, which the
 * normalisation takes away, says how much of a face the network saw.
 * @returns how many were added: 0 for a network that normalises nothing, whose own output has that length
 */
export function tellLength({ graph }: OnnxModel): number {
  const [before] = graph.node.findLast(({ op_type }) => op_type === 'LpNormalization')?.input ?? [];
  if (before === undefined || graph.output.some(({ name }) => name === before)) return 0;
  graph.output.push({ name: before });
  return 1;
}
