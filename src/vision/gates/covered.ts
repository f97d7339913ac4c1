import type { Gate } from './gate.js';

const COVERS = ['mask', 'sunglasses', 'hat'] as const;

/** Goes by the scores that the finder has of each face, in packs with the network. */
export const covered: Gate<'face', 'faceGate'> = {
  needs: 'faceGate',
  refuses: 'NOT_FULL_FACE',
  reasons: COVERS,
  skippedBy: 'disableValidation',
  overruledBy: 'allowCovered',
  load({ thresholds }) {
    return ({ face: { scores } }) => {
      const covers = scores ? COVERS.filter((cover) => scores[cover] >= thresholds[cover]) : [];
      const [surest = null] = covers.sort((p, q) => (scores?.[q] ?? 0) - (scores?.[p] ?? 0));
      return { reason: surest };
    };
  },
};
