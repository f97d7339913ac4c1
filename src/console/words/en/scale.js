/** @type {Record<string, string>} */
export const words = {
  'scale.title': 'What the similarity means',
  'scale.0.8': 'One in {n} pairs of strangers look as alike: good for a hint that somebody checks.',
  'scale.0.85': 'One in {n} pairs of strangers: the default threshold.',
  'scale.0.9': 'One in {n} pairs of strangers: for large collections and costly mistakes.',
  'scale.cosine': 'This server reports the raw cosine: photos of one person are often near 0.5 to 0.7.',
  'scale.origin-gallery': 'Made from the people of this server.',
  'scale.origin-pack':
    'Comes with the model. Among people who resemble each other more strangers reach a step; the page Health says which scale holds.',
  'scale.origin-provisional':
    'Provisional: nobody has measured this model yet. The steps are meant to be on the safe side, so acquaintances may be missed. Run facesearch calibrate --gallery --write.',
  'scale.same': 'the same picture',
  'scale.reached': 'reached by 1 in {n} pairs of strangers',
  'scale.low': 'as alike as any two strangers',
};
