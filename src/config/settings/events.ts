import { mqttUrl, mqttUrlFile, networks, text, topic } from '../parsers.js';
import type { Variable } from '../variable.js';

/** Where events may go. */
export const eventSettings = {
  WEBHOOK_PRIVATE_NETWORKS: {
    description:
      'Private addresses and networks that webhooks may lead to, as a comma-separated list such as `192.168.1.0/24,127.0.0.1`. See docs/webhooks.md.',
    default: '',
    defaultShown: 'none: public addresses only',
    schema: networks(),
  },
  MQTT_URL: {
    description:
      'MQTT broker that events are published at, such as `mqtt://user:password@192.168.1.10:1883`, or `mqtts://…`. See docs/webhooks.md.',
    defaultShown: 'none: no MQTT',
    schema: mqttUrl(),
  },
  MQTT_URL_FILE: { description: 'File that holds it, instead of `MQTT_URL`.', schema: mqttUrlFile() },
  MQTT_TENANT: { description: 'Tenant whose events are published.', default: 'default', schema: text() },
  MQTT_TOPIC: { description: 'What topics begin with.', default: 'facesearch', schema: topic() },
  MQTT_DISCOVERY: {
    description: 'Topic under which Home Assistant looks for devices; 0 announces none.',
    default: 'homeassistant',
    schema: topic(),
  },
} as const satisfies Record<string, Variable>;
