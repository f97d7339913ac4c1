import { allow_covered, allow_id_card, collection, id, photo } from '../../forms/common-fields.js';
import { form } from '../../forms/form.js';
import { doneSchema, photoErrors, success } from '../../replies.js';
import type { Route } from '../../route.js';
import { embeddingOf, photoOptions } from '../../services.js';

const schema = {
  tags: ['People'],
  summary: 'Add a photo of a person',
  body: form({ collection, id, file: photo, allow_id_card, allow_covered }),
  response: { 200: doneSchema('Add photo success') },
  errors: [...photoErrors, 'USER_NOT_FOUND'],
} as const;

export const addRoute: Route = (app, { config, services }) => {
  app.post('/add', { schema }, async ({ body, context }) => {
    const { collection, id, file, allow_id_card } = body;
    const allow_covered = body.allow_covered && config.ALLOW_COVERED === 'on';
    const { gallery, analyser } = services();
    const where = context.collection(collection);
    await gallery.requireUser(where, id);
    const analysis = analyser.embedPhoto(
      file.bytes(),
      photoOptions({ allow_id_card, allow_covered }),
      context.abandoned,
    );
    await gallery.addFace(where, id, await embeddingOf(context, analysis));
    return success('Add photo success');
  });
};
