import { collection, crop, threshold } from '../../forms/common-fields.js';
import { form } from '../../forms/form.js';
import { match, matchSchema } from '../../replies.js';
import type { Route } from '../../route.js';
import { embeddingOf, galleryVersion } from '../../services.js';

const schema = {
  tags: ['Search'],
  summary: 'Whose face is this crop?',
  body: form({ collection, file: crop, threshold }),
  response: { 200: matchSchema },
  errors: ['NOT_FOUND'],
} as const;

export const searchNoCropRoute: Route = (app, { services }) => {
  app.post('/search_no_crop', { schema, config: { permission: 'search' } }, async ({ body, context }) => {
    const { gallery, analyser } = services();
    const analysis = analyser.embedCrop(body.file.bytes(), galleryVersion, context.abandoned);
    const best = await gallery.search(context.collection(body.collection), await embeddingOf(context, analysis));
    context.similarity = best?.similarity;
    return match(best, body.threshold);
  });
};
