/** The twelve calls, in the order of the contract. */
export const calls = [
  { method: 'POST', path: '/create' },
  { method: 'POST', path: '/add' },
  { method: 'POST', path: '/search' },
  { method: 'DELETE', path: '/delete_faces' },
  { method: 'DELETE', path: '/delete' },
  { method: 'GET', path: '/list' },
  { method: 'DELETE', path: '/delete_collection' },
  { method: 'POST', path: '/add_vector' },
  { method: 'POST', path: '/search_vector' },
  { method: 'POST', path: '/search_no_crop' },
  { method: 'POST', path: '/extract_from_fm' },
  { method: 'POST', path: '/extract_no_crop_from_fm' },
] as const;
