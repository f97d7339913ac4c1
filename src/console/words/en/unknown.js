/** @type {Record<string, string>} */
export const words = {
  'unknown.intro':
    'Strangers whom searches with “create” kept, grouped by their faces. Give a group a name and it becomes a person.',
  'unknown.least': 'Group from similarity',
  'unknown.count': '{n} strangers in {groups} groups',
  'unknown.partial': 'Only some of them are grouped.',
  'unknown.none': 'No unknown people in this collection.',
  'unknown.group': 'Seen {n} times',
  'unknown.times': '{first} to {last}',
  'unknown.name': 'Name them',
  'unknown.who': 'Who is this?',
  'unknown.id-hint': 'An id that exists gets these faces.',
  'unknown.named': 'This is {name} now, with {n} faces.',
  'unknown.once': 'Seen once',
};
