/** @type {Record<string, string>} */
export const words = {
  'search.options': 'Options',
  'search.threshold': 'Threshold',
  'search.card': 'Accept ID cards',
  'search.largest': 'Take the largest of several faces',
  'search.lenient': 'Accept covered and cut faces',
  'search.found': 'Found: {who}, similarity {n}',
  'search.not-found': 'Nobody found. Most like it is {who}, with {n} below the threshold of {threshold}.',
  'search.refused': 'A search refuses this photo: {why}',
  'search.failed': 'Nothing was searched: {why}',
  'search.candidates': 'Who looks most like it',
  'search.nobody': 'The photo is good, but nobody is enrolled in this collection.',
  'search.match': 'match',
  'search.no-match': 'below the threshold',
  'search.similarity': 'similarity {n}',
  'search.looking': 'Looking …',
};
