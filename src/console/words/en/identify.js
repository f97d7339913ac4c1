/** @type {Record<string, string>} */
export const words = {
  'identify.list': 'Who is there',
  'identify.clear': 'Begin anew',
  'identify.csv': 'List as CSV',
  'identify.count': '{present} known, {unknown} unknown',
  'identify.missing-n': '{n} of the collection not seen',
  'identify.left': '{n} more faces were not looked at',
  'identify.no-faces': 'No face found',
  'identify.no-faces-text': 'Come closer, or take a photo with more pixels: a face needs about 40.',
  'identify.present': 'There',
  'identify.unknown': 'Unknown',
  'identify.missing': 'Not seen',
  'identify.small': 'small: less sure',
  'identify.nobody': 'nobody similar enough',
};
