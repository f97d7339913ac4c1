import { allow_covered, allow_id_card, collection, id, photo } from '../../forms/common-fields.js';
import { form } from '../../forms/form.js';
import { doneSchema, livenessErrors, photoErrors, success } from '../../replies.js';
import type { Route } from '../../route.js';
import { mayOverrule, noted, photoOptions } from '../../services.js';

const schema = {
  tags: ['People'],
  summary: 'Add a photo of a person',
  body: form({ collection, id, file: photo, allow_id_card, allow_covered }),
  response: { 200: doneSchema('Add photo success') },
  errors: [...photoErrors, ...livenessErrors, 'USER_NOT_FOUND'],
} as const;

export const addRoute: Route = (app, { services, config }) => {
  const { KEEP_PHOTOS: keep } = config;
  app.post(
    '/add',
    { schema, config: { permission: 'enrol' } },
    async ({ body: { collection, id, file, ...flags }, context }) => {
      const allow_covered = mayOverrule(flags, config);
      const { gallery, analyser } = services();
      const where = context.collection(collection);
      await gallery.requireUser(where, id);
      const image = file.bytes();
      const options = { ...photoOptions({ ...flags, allow_covered }), withCrop: keep === 'crop' };
      const { embedding, crop } = await noted(context, analyser.embedPhoto(image, options, context.abandoned));
      await gallery.addFace(where, id, embedding, keep === 'photo' ? image : crop);
      return success('Add photo success');
    },
  );
};
