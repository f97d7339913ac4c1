import type { FastifyInstance, FastifyRequest } from 'fastify';
import { FaceSearchError } from '../../../core/errors.js';
import type { FacematchVersion } from '../../../models/manifest.js';
import type { PhotoOptions } from '../../../vision/face-analyser.js';
import { commonFields } from '../../forms/common-fields.js';
import { type FormSpec, unquote } from '../../forms/fields.js';
import { readForm } from '../../forms/form.js';
import { forReadOnlyKeys, header } from '../../plugins/auth.js';
import { type ReplyBody, success } from '../../plugins/replies.js';
import type { GetServices } from '../../services.js';

const { photo, crop, allow_id_card, only_largest_face, disable_validation } = commonFields;

export const extractForm = {
  file: photo,
  allow_id_card,
  only_largest_face,
  disable_validation,
} as const satisfies FormSpec;
export const extractCropForm = { file: crop } as const satisfies FormSpec;

/** Calls that answer with an embedding: /extract_from_fm and /extract_no_crop_from_fm. */
export function addExtractCalls(app: FastifyInstance, services: GetServices): void {
  app.post('/extract_from_fm', forReadOnlyKeys, async (request) => {
    const form = await readForm(request, extractForm);
    const options: PhotoOptions = {
      version: versionOf(request),
      allowIdCard: form.allow_id_card,
      severalFaces: form.only_largest_face ? 'largest' : 'refuse',
      disableValidation: form.disable_validation,
    };
    const analysis = await services().analyser.embedPhoto(form.file.bytes(), options, request.abandoned);
    request.stages = analysis.timings;
    return extracted(analysis.embedding);
  });

  app.post('/extract_no_crop_from_fm', forReadOnlyKeys, async (request) => {
    const form = await readForm(request, extractCropForm);
    const analysis = await services().analyser.embedCrop(form.file.bytes(), versionOf(request), request.abandoned);
    request.stages = analysis.timings;
    return extracted(analysis.embedding);
  });
}

function extracted(embedding: Float32Array): ReplyBody {
  return { ...success({ vector: Array.from(embedding) }), message: 'successful' };
}

/** The header may have dashes too, because proxies such as nginx drop names with underscores. */
function versionOf(request: FastifyRequest): FacematchVersion {
  const given = header(request, 'facematch_version') ?? header(request, 'facematch-version') ?? 'v3';
  const version = unquote(given.trim()).toLowerCase();
  if (version === 'v3' || version === 'v4' || version === 'none') return version;
  throw new FaceSearchError('BAD_INPUT', 'facematch-version');
}
