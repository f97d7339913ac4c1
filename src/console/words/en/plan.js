/** @type {Record<string, string>} */
export const words = {
  'plan.title': 'Whose photos these are',
  'plan.rule': 'The person is',
  'plan.by-file': 'the name of the file',
  'plan.by-folder': 'the name of the folder',
  'plan.count':
    '{people} people, {photos} photos. Files called by the id or the name of somebody in the list are theirs. You can change ids before you enrol.',
  'plan.id-of': 'Id of {name}',
  'plan.one-photo': '1 photo',
  'plan.photos': '{n} photos',
  'plan.known': 'in the list, faces: {n}',
  'plan.listed': 'in the list, no face yet',
  'plan.new': 'new',
  'plan.go': 'Enrol {n} people',
};
