/** @type {Record<string, string>} */
export const words = {
  'compare.intro': 'Two photos of one person? Such as an ID card and a selfie. Neither is stored.',
  'compare.photo': 'Photo {n}',
  'compare.choose': 'Choose photo {n}',
  'compare.validate': 'Refuse a face that is covered, too close or cut off',
  'compare.looking': 'Comparing …',
  'compare.match': 'One person',
  'compare.similarity': 'Similarity {n} of 100',
  'compare.below': 'Similarity {n} of 100, below 80',
  'compare.no-match': 'Not one person',
  'compare.cards': 'Both are photos of identity documents.',
  'compare.refused': 'Photo {photo} cannot be used',
  'compare.failed': 'Nothing was compared',
};
