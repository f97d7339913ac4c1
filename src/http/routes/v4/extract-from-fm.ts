import { allow_id_card, disable_validation, only_largest_face, photo } from '../../forms/common-fields.js';
import { form } from '../../forms/form.js';
import { photoErrors } from '../../replies.js';
import type { Route } from '../../route.js';
import { embeddingOf, photoOptions } from '../../services.js';
import { extracted, extractedSchema, versionHeader, versionOf } from './extracted.js';

const schema = {
  tags: ['Embeddings'],
  summary: 'The embedding of a photo',
  headers: versionHeader,
  body: form({ file: photo, allow_id_card, only_largest_face, disable_validation }),
  response: { 200: extractedSchema },
  errors: photoErrors,
} as const;

export const extractRoute: Route = (app, { services }) => {
  const options = { schema, config: { permission: 'search' } } as const;
  app.post('/extract_from_fm', options, async ({ body: { file, ...flags }, raw, context }) => {
    // What is extracted may be a document's photo: it is compared by the client, not here.
    const options = { ...photoOptions(flags, versionOf(raw.headers)), withoutLiveness: true };
    const analysis = services().analyser.embedPhoto(file.bytes(), options, context.abandoned);
    return extracted(await embeddingOf(context, analysis));
  });
};
