import { addressSettings } from './settings/address.js';
import { callerSettings } from './settings/callers.js';
import { cameraSettings } from './settings/camera.js';
import { eventSettings } from './settings/events.js';
import { loadSettings } from './settings/load.js';
import { photoSettings } from './settings/photos.js';
import { recordSettings } from './settings/records.js';
import { storageSettings } from './settings/storage.js';
import type { Variable } from './variable.js';

/** Settings that belong together. */
export interface SettingGroup {
  title: string;
  variables: Readonly<Record<string, Variable>>;
}

/** Every setting of the server, once, in the order of docs/configuration.md, which is made from these groups. */
export const settingGroups: readonly SettingGroup[] = [
  { title: 'Address and TLS', variables: addressSettings },
  { title: 'Keys and replies', variables: callerSettings },
  { title: 'Storage', variables: storageSettings },
  { title: 'Photos and matching', variables: photoSettings },
  { title: 'Camera and liveness', variables: cameraSettings },
  { title: 'Load and time', variables: loadSettings },
  { title: 'Webhooks and MQTT', variables: eventSettings },
  { title: 'Logs and metrics', variables: recordSettings },
];

/** The same by name, with their types. */
export const variables = {
  ...addressSettings,
  ...callerSettings,
  ...storageSettings,
  ...photoSettings,
  ...cameraSettings,
  ...loadSettings,
  ...eventSettings,
  ...recordSettings,
};
