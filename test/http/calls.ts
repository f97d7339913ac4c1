import { basePath } from '../../src/http/routes/v4/v4.js';
import { endpoints } from './endpoints.js';

/** The endpoints of version 4, as the router has them; paths below that of all of them. */
export const calls = endpoints
  .filter(({ path }) => path.startsWith(`${basePath}/`))
  .map(({ method, path }) => ({ method, path: path.slice(basePath.length) }));
