import type { FastifyInstance } from 'fastify';
import { FaceSearchError } from '../../../core/errors.js';
import type { Candidate } from '../../../gallery/gallery.js';
import type { PhotoOptions } from '../../../vision/face-analyser.js';
import { commonFields } from '../../forms/common-fields.js';
import type { FormSpec } from '../../forms/fields.js';
import { readForm } from '../../forms/form.js';
import { forReadOnlyKeys } from '../../plugins/auth.js';
import { callerOf } from '../../plugins/caller.js';
import { match, type ReplyBody, shown, success } from '../../plugins/replies.js';
import { collectionOf, type GetServices, galleryVersion } from '../../services.js';

const { collection, id, photo, crop, threshold, allow_id_card, only_largest_face, disable_validation } = commonFields;

export const addForm = { collection, id, file: photo, allow_id_card } as const satisfies FormSpec;
export const searchForm = {
  collection,
  file: photo,
  threshold,
  lower_threshold: {
    kind: 'similarity',
    description: 'Least similarity of a near miss, which is answered in `extra_data`; below threshold.',
  },
  allow_id_card,
  create: { kind: 'flag', description: 'Enrol a person who is not found as a new user.' },
  only_largest_face,
  disable_validation,
} as const satisfies FormSpec;
export const searchCropForm = { collection, file: crop, threshold } as const satisfies FormSpec;

/** Calls that match photos: /add, /search and /search_no_crop. */
export function addPhotoCalls(app: FastifyInstance, services: GetServices): void {
  app.post('/add', async (request) => {
    const form = await readForm(request, addForm);
    const { gallery, analyser } = services();
    const where = collectionOf(request, form.collection);
    await gallery.requireUser(where, form.id);
    const options: PhotoOptions = {
      version: galleryVersion,
      allowIdCard: form.allow_id_card,
      severalFaces: 'refuse',
      disableValidation: false,
    };
    const analysis = await analyser.embedPhoto(form.file.bytes(), options, request.abandoned);
    request.stages = analysis.timings;
    await gallery.addFace(where, form.id, analysis.embedding);
    return success('Add photo success');
  });

  app.post('/search', forReadOnlyKeys, async (request): Promise<ReplyBody> => {
    const form = await readForm(request, searchForm);
    if (form.lower_threshold !== undefined && form.lower_threshold >= form.threshold)
      throw new FaceSearchError('BAD_INPUT', 'threshold-order');
    if (form.create && callerOf(request).readOnly) throw new FaceSearchError('READ_ONLY_KEY');
    const { gallery, analyser } = services();
    const where = collectionOf(request, form.collection);
    const image = form.file.bytes();
    const options: PhotoOptions = {
      version: galleryVersion,
      allowIdCard: form.allow_id_card,
      severalFaces: form.only_largest_face ? 'largest' : 'refuse',
      disableValidation: form.disable_validation,
    };
    const analysis = await analyser.embedPhoto(image, options, request.abandoned);
    request.stages = analysis.timings;
    const least = form.lower_threshold ?? form.threshold;
    const isFound = (best: Candidate | undefined) => best !== undefined && best.similarity >= least;
    let best = await gallery.search(where, analysis.embedding);
    request.similarity = best?.similarity ?? null;
    if (!isFound(best) && form.create) {
      const outcome = await gallery.addUnknownPerson(where, analysis.embedding, image, isFound);
      if ('createdId' in outcome) return success({ id: outcome.createdId, new: true });
      best = outcome.known;
    }
    if (best && isFound(best) && best.similarity < form.threshold) return { extra_data: shown(best), code: '200' };
    return match(best, form.threshold);
  });

  app.post('/search_no_crop', forReadOnlyKeys, async (request) => {
    const form = await readForm(request, searchCropForm);
    const { gallery, analyser } = services();
    const analysis = await analyser.embedCrop(form.file.bytes(), galleryVersion, request.abandoned);
    request.stages = analysis.timings;
    const best = await gallery.search(collectionOf(request, form.collection), analysis.embedding);
    request.similarity = best?.similarity ?? null;
    return match(best, form.threshold);
  });
}
