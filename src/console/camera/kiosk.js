/**
 * Shows nothing but the camera, over the whole screen, which stays awake: no navigation, until Escape or the end of the
 * page. Where a browser has no full screen for pages, as on an iPhone, the camera fills the window.
 * @param {AbortSignal} signal
 */
export async function enterKiosk(signal) {
  const life = new AbortController();
  let lock;
  const leave = () => {
    life.abort();
    document.body.classList.remove('kiosk');
    lock?.release().catch(() => undefined);
    if (document.fullscreenElement) document.exitFullscreen().catch(() => undefined);
  };
  const stayAwake = async () => {
    // Asked again each time: a browser takes it away from a page that is hidden.
    if (!document.hidden) lock = await navigator.wakeLock?.request('screen').catch(() => undefined);
  };
  const listen = (target, type, listener) => target.addEventListener(type, listener, { signal: life.signal });
  document.body.classList.add('kiosk');
  signal.addEventListener('abort', leave, { once: true });
  listen(document, 'keydown', ({ key }) => key === 'Escape' && leave());
  listen(document, 'visibilitychange', stayAwake);
  await document.documentElement.requestFullscreen?.({ navigationUI: 'hide' }).catch(() => undefined);
  // After the change to full screen itself.
  listen(document, 'fullscreenchange', () => document.fullscreenElement || leave());
  await stayAwake();
}
