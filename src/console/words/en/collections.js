/** @type {Record<string, string>} */
export const words = {
  'collection.name': 'Collection',
  'collection.hint': 'Empty is the default collection.',
  'collection.hint-new': 'Empty is the default collection. A new name makes a new one with its first person.',
  'collection.default': '(default collection)',
  'collections.none': 'There is no collection yet. Enrol somebody and the first one is made.',
  'collections.first': 'Enrol somebody',
  'collections.users': 'People',
  'collections.faces': 'Faces',
  'collections.actions': 'Actions',
  'collections.open': 'Show people',
  'collections.delete': 'Delete the collection {name}?',
  'collections.counts': 'People: {users} · faces: {faces}',
  'collections.deleted': 'The collection {name} is deleted.',
  'collections.delete?': 'It has {users} people and {faces} faces. This cannot be undone.',
};
