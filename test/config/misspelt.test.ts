import { expect, test } from 'vitest';
import { misspeltSettings } from '../../src/config/misspelt.js';

test.each([
  ['MIN_RESOLUTON', 'MIN_RESOLUTION'],
  ['MIN_RESOULTION', 'MIN_RESOLUTION'],
  ['CORS_ORIGINS', 'CORS_ORIGIN'],
  ['API_KEY', 'API_KEYS'],
  ['DATADIR', 'DATA_DIR'],
  ['METRIC_PORT', 'METRICS_PORT'],
  ['HOSTS', 'HOST'],
  ['min_resolution', 'MIN_RESOLUTION'],
  ['FACESEARCH_DATA_DIR', 'DATA_DIR'],
  ['MQTT-URL', 'MQTT_URL'],
])('%s was meant to be %s', (given, meant) => {
  expect(misspeltSettings({ [given]: 'x' })).toEqual([{ given, meant }]);
});

test('settings, and what other programs have, are not misspelt', () => {
  const env = {
    ...{ MIN_RESOLUTION: '0', DATA_KEY: '', CORS_ORIGINS: '', OLD_DATA_KEY: 'x', FACESEARCH_KEY: 'k' },
    ...{ HOME: '/root', PATH: '/bin', HOSTNAME: 'a', PWD: '/', LANG: 'C', NODE_ENV: 'test', TZ: 'UTC', PS1: '$' },
    ...{ FACESEARCH_PORT: 'tcp://10.0.0.1:8080', npm_config_loglevel: 'silent', LOGNAME: 'a', POSTGRES_PASSWORD: 'x' },
  };
  expect(misspeltSettings(env)).toEqual([]);
});
