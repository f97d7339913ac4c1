import { crop } from '../../forms/common-fields.js';
import { form } from '../../forms/form.js';
import type { Route } from '../../route.js';
import { embeddingOf } from '../../services.js';
import { extracted, extractedSchema, versionHeader, versionOf } from './extracted.js';

const schema = {
  tags: ['Embeddings'],
  summary: 'The embedding of a crop',
  headers: versionHeader,
  body: form({ file: crop }),
  response: { 200: extractedSchema },
} as const;

export const extractNoCropRoute: Route = (app, { services }) => {
  const options = { schema, config: { permission: 'search' } } as const;
  app.post('/extract_no_crop_from_fm', options, async ({ body: { file }, raw, context }) => {
    const analysis = services().analyser.embedCrop(file.bytes(), versionOf(raw.headers), context.abandoned);
    return extracted(await embeddingOf(context, analysis));
  });
};
