/** @type {Record<string, string>} */
export const words = {
  'duplicates.intro':
    'People who look so alike that they may be enrolled twice. Merge them, or keep them apart for good.',
  'duplicates.least': 'Similarity from',
  'duplicates.dismissed': 'Those kept apart',
  'duplicates.start': 'Look for duplicates',
  'duplicates.progress': 'People compared',
  'duplicates.running': '{done} of {people} people compared, pairs so far: {n}',
  'duplicates.done': '{people} people compared, pairs: {n}',
  'duplicates.never': 'Nobody has looked for duplicates here yet.',
  'duplicates.none': 'No pairs from this similarity on.',
  'duplicates.more': 'Show more',
  'duplicates.open': 'Show',
  'duplicates.dismiss': 'Two people',
  'duplicates.show-again': 'Show again',
  'duplicates.is-dismissed': 'Kept apart. The pair is not shown any more.',
  'duplicates.shown-again': 'The pair is shown again.',
};
