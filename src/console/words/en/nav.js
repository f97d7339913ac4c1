/** @type {Record<string, string>} */
export const words = {
  'nav.label': 'Pages',
  'nav.collections': 'Collections',
  'nav.people': 'People',
  'nav.enrol': 'Enrol',
  'nav.search': 'Search',
  'nav.compare': 'Compare',
  'nav.webhooks': 'Webhooks',
  'nav.try': 'Try the API',
  'nav.health': 'Health',
  'nav.more': 'More',
  'nav.manage': 'Manage',
  'nav.identify': 'Identify',
  'nav.duplicates': 'Duplicates',
  'nav.unknown': 'Unknown people',
};
