import { collection, threshold, vector } from '../../forms/common-fields.js';
import { form } from '../../forms/form.js';
import { match, matchSchema } from '../../replies.js';
import type { Route } from '../../route.js';

const schema = {
  tags: ['Search'],
  summary: 'Whose embedding is this?',
  body: form({ collection, vector, threshold }),
  response: { 200: matchSchema },
  errors: ['NOT_FOUND'],
} as const;

export const searchVectorRoute: Route = (app, { services }) => {
  app.post('/search_vector', { schema, config: { permission: 'search' } }, async ({ body, context }) => {
    const best = await services().gallery.search(context.collection(body.collection), body.vector.numbers());
    context.similarity = best?.similarity;
    return match(best, body.threshold);
  });
};
