/** Keeps the page for when there is no network. After the first load, so as not to compete with it. */
export function keepPage(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) {
    return;
  }
  const register = () => {
    // Where it is refused (a private window), the page works all the same, only not without network.
    navigator.serviceWorker.register('/sw.js').catch(() => undefined);
  };
  if (document.readyState === 'complete') {
    register();
  } else {
    window.addEventListener('load', register, { once: true });
  }
}
