/** @type {Record<string, string>} */
export const words = {
  'plan.title': 'Whose photos these are',
  'plan.rule': 'The person is',
  'plan.by-file': 'the name of the file',
  'plan.by-folder': 'the name of the folder',
  'plan.count': '{people} people, {photos} photos. Ids can be changed before you enrol.',
  'plan.id-of': 'Id of {name}',
  'plan.photos': 'photos: {n}',
  'plan.known': 'exists, faces: {n}',
  'plan.new': 'new',
  'plan.go': 'Enrol {n} people',
};
