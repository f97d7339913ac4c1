const KEPT_AS = 'facesearch-camera';

/**
 * How this device looks; remembered by the browser, without anything about people.
 * @typedef {{camera: string, attendance: boolean, challenge: boolean, looks: number}} CameraSettings
 * @returns {CameraSettings}
 */
export function cameraSettings() {
  const first = { camera: '', attendance: false, challenge: false, looks: 3 };
  try {
    return { ...first, ...JSON.parse(localStorage.getItem(KEPT_AS) ?? '{}') };
  } catch {
    return first;
  }
}

/** @param {CameraSettings} settings */
export function keepCameraSettings(settings) {
  localStorage.setItem(KEPT_AS, JSON.stringify(settings));
}
