import type { FastifyInstance } from 'fastify';
import { FaceSearchError } from '../../../core/errors.js';
import type { PhotoOptions, PhotoReport } from '../../../vision/face-analyser.js';
import { forReadOnlyKeys } from '../../plugins/auth.js';
import { success } from '../../plugins/replies.js';
import { collectionOf, type GetServices, galleryVersion } from '../../services.js';
import { analyseBody, candidatesBody, checked, photoOf } from './requests.js';

/** Calls that look at a photo: /candidates and /analyse. */
export function addAnalysisCalls(app: FastifyInstance, services: GetServices): void {
  app.post('/candidates', forReadOnlyKeys, async (request) => {
    const { collection, photo, vector, k, ...flags } = checked(candidatesBody, request.body);
    const { gallery, analyser } = services();
    let probe = Float32Array.from(vector ?? []);
    if (photo !== undefined) {
      const analysis = await analyser.embedPhoto(photoOf(photo), optionsOf(flags), request.abandoned);
      request.stages = analysis.timings;
      probe = new Float32Array(analysis.embedding);
    }
    const candidates = await gallery.candidates(collectionOf(request, collection), probe, k);
    return success(candidates.map(({ id, name, faceId, similarity }) => ({ id, name, face: faceId, similarity })));
  });

  app.post('/analyse', forReadOnlyKeys, async (request) => {
    const { photo, ...flags } = checked(analyseBody, request.body);
    const { analyser } = services();
    const { timings, ...report } = await analyser.analysePhoto(photoOf(photo), optionsOf(flags), request.abandoned);
    request.stages = timings;
    // The answer is a success; log, metrics and the tenant's counts have what the photo would be refused for.
    request.errorName = report.refusal?.errorName ?? null;
    request.reason = report.refusal?.reason ?? null;
    return success({ ...report, refusal: refusalReply(report.refusal) });
  });
}

interface Flags {
  allow_id_card: boolean;
  only_largest_face: boolean;
  disable_validation: boolean;
}

function optionsOf({ allow_id_card, only_largest_face, disable_validation }: Flags): PhotoOptions {
  return {
    version: galleryVersion,
    allowIdCard: allow_id_card,
    severalFaces: only_largest_face ? 'largest' : 'refuse',
    disableValidation: disable_validation,
  };
}

/** As a call would answer. */
function refusalReply(refusal: PhotoReport['refusal']) {
  if (!refusal) return null;
  const { code, message } = FaceSearchError.from(refusal);
  return { code: String(code), data: message, reason: refusal.reason };
}
