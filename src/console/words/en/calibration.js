/** @type {Record<string, string>} */
export const words = {
  'nav.calibration': 'Calibration',
  'calibration.hint':
    'The scale says what a similarity means: how many pairs of strangers look as alike. It is that of all tenants of this server.',
  'calibration.holds': 'The scale that holds',
  'calibration.gallery': 'Made from the people of this server',
  'calibration.pack': 'The scale of the model',
  'calibration.provisional': 'The scale of the model is provisional',
  'calibration.gallery-text':
    'Scale {scale}, since {date}: {people} people, {faces} faces, {pairs} pairs of strangers.',
  'calibration.pack-text':
    'It was measured with the people that the model brings. Among people who resemble each other more strangers pass.',
  'calibration.provisional-text':
    'Nobody has measured this model. Its steps are meant to be on the safe side. Calibrate it with your own people.',
  'calibration.threshold': 'Threshold',
  'calibration.strangers': 'Strangers who reach it',
  'calibration.on-model': 'With the scale of the model',
  'calibration.one-in': '1 pair in {n}',
  'calibration.rarer': 'less than 1 pair in {n}',
  'calibration.estimated': 'estimated',
  'calibration.estimated-hint':
    'Estimated: so rare among these people that it cannot be counted. The curve of the others was followed.',
  'calibration.start': 'Calibrate with our people',
  'calibration.start-hint': 'Compares everybody with everybody, in the background, and changes nothing yet.',
  'calibration.running': 'People are being compared. This takes up to a few minutes.',
  'calibration.progress': 'Calibration',
  'calibration.result': 'The new scale',
  'calibration.result-text': '{people} people, {faces} faces, {pairs} pairs of strangers. It does not hold yet.',
  'calibration.rough':
    'Fewer than 100 people: the scale is rough. Where it would let more strangers in than that of the model, it keeps the stricter one.',
  'calibration.suspects':
    'Pairs of users who are probably one person, and were left out: {n}. Look at the page Duplicates.',
  'calibration.use': 'Use this scale',
  'calibration.use?': 'Use the new scale?',
  'calibration.use-text':
    'Thresholds stay the same numbers, and mean the new scale at once, for all tenants. You can go back.',
  'calibration.used': 'The new scale holds.',
  'calibration.fault-too-few':
    'There are too few people: one tenant needs at least 20 different ones with faces, and 100 make a good scale.',
  'calibration.fault-failed': 'The log of the server says why.',
  'calibration.failed': 'There is no new scale.',
  'calibration.revert': 'Go back to the scale before',
  'calibration.revert?': 'Go back to the scale before?',
  'calibration.revert-to': 'Scale {scale} of {date} holds again, at once, for all tenants.',
  'calibration.revert-to-model': 'The scale of the model holds again, at once, for all tenants.',
  'calibration.reverted': 'The scale before holds again.',
  'calibration.history': 'Scales that were made here',
  'calibration.number': 'No.',
  'calibration.made': 'Made',
  'calibration.people': 'People',
  'calibration.active': 'holds',
  'calibration.unusable': 'of another version',
};
