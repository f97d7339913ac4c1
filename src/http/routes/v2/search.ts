import { allow_id_card, collection, photo, threshold } from '../../forms/common-fields.js';
import { form } from '../../forms/form.js';
import { match, matchSchema, photoErrors } from '../../replies.js';
import type { Route } from '../../route.js';
import { embeddingOf, photoOptions } from '../../services.js';

const schema = {
  tags: ['Search'],
  summary: 'Who is on this photo?',
  body: form({ collection, file: photo, threshold, allow_id_card }),
  response: { 200: matchSchema },
  errors: [...photoErrors, 'NOT_FOUND'],
} as const;

export const searchRoute: Route = (app, { services }) => {
  app.post('/search', { schema, config: { permission: 'search' } }, async ({ body, context }) => {
    const { gallery, analyser } = services();
    const analysis = analyser.embedPhoto(body.file.bytes(), photoOptions(body), context.abandoned);
    const best = await gallery.search(context.collection(body.collection), await embeddingOf(context, analysis));
    context.similarity = best?.similarity;
    return match(best, body.threshold);
  });
};
