/** Threads run what `npm run build` has compiled, also in tests, which run the sources. */
const compiled = (path: string) => new URL(`../../dist/src/${path}.js`, import.meta.url);

export const indexWorkerUrl = compiled('vector-index/index-worker');
export const sieveHelperUrl = compiled('vector-index/scan/sieve-helper');
export const storeThreadUrl = compiled('persistence/people/sqlite/threads/store-thread');
export const backupWorkerUrl = compiled('persistence/backup/backup-worker');
export const calibrationWorkerUrl = compiled('gallery/own-scale/calibration-worker');
