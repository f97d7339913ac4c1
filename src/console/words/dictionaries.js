import { words as enAccounts } from './en/accounts.js';
import { words as enBackups } from './en/backups.js';
import { words as enBase } from './en/base.js';
import { words as enCalibration } from './en/calibration.js';
import { words as enCamera } from './en/camera.js';
import { words as enChecks } from './en/checks.js';
import { words as enCollections } from './en/collections.js';
import { words as enCompare } from './en/compare.js';
import { words as enDuplicates } from './en/duplicates.js';
import { words as enEnrol } from './en/enrol.js';
import { words as enHealth } from './en/health.js';
import { words as enIdentify } from './en/identify.js';
import { words as enLogin } from './en/login.js';
import { words as enNav } from './en/nav.js';
import { words as enPeople } from './en/people.js';
import { words as enPhotos } from './en/photos.js';
import { words as enPlan } from './en/plan.js';
import { words as enScale } from './en/scale.js';
import { words as enSearch } from './en/search.js';
import { words as enTryOut } from './en/try-out.js';
import { words as enUnknown } from './en/unknown.js';
import { words as enWebhooks } from './en/webhooks.js';
import { words as viAccounts } from './vi/accounts.js';
import { words as viBackups } from './vi/backups.js';
import { words as viBase } from './vi/base.js';
import { words as viCalibration } from './vi/calibration.js';
import { words as viCamera } from './vi/camera.js';
import { words as viChecks } from './vi/checks.js';
import { words as viCollections } from './vi/collections.js';
import { words as viCompare } from './vi/compare.js';
import { words as viDuplicates } from './vi/duplicates.js';
import { words as viEnrol } from './vi/enrol.js';
import { words as viHealth } from './vi/health.js';
import { words as viIdentify } from './vi/identify.js';
import { words as viLogin } from './vi/login.js';
import { words as viNav } from './vi/nav.js';
import { words as viPeople } from './vi/people.js';
import { words as viPhotos } from './vi/photos.js';
import { words as viPlan } from './vi/plan.js';
import { words as viScale } from './vi/scale.js';
import { words as viSearch } from './vi/search.js';
import { words as viTryOut } from './vi/try-out.js';
import { words as viUnknown } from './vi/unknown.js';
import { words as viWebhooks } from './vi/webhooks.js';

/** A topic is a file for each language, listed here. No name stands in two. */
/** @type {Record<string, string>} */
export const english = {
  ...enAccounts,
  ...enBackups,
  ...enBase,
  ...enCalibration,
  ...enCamera,
  ...enChecks,
  ...enCollections,
  ...enCompare,
  ...enDuplicates,
  ...enEnrol,
  ...enHealth,
  ...enIdentify,
  ...enLogin,
  ...enNav,
  ...enPeople,
  ...enPhotos,
  ...enPlan,
  ...enScale,
  ...enSearch,
  ...enTryOut,
  ...enUnknown,
  ...enWebhooks,
};
/** @type {Record<string, string>} */
export const vietnamese = {
  ...viAccounts,
  ...viBackups,
  ...viBase,
  ...viCalibration,
  ...viCamera,
  ...viChecks,
  ...viCollections,
  ...viCompare,
  ...viDuplicates,
  ...viEnrol,
  ...viHealth,
  ...viIdentify,
  ...viLogin,
  ...viNav,
  ...viPeople,
  ...viPhotos,
  ...viPlan,
  ...viScale,
  ...viSearch,
  ...viTryOut,
  ...viUnknown,
  ...viWebhooks,
};
