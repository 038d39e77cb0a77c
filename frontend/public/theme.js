// Before the first paint, so that a chosen light page never flashes dark. See src/lib/theme.ts.
(() => {
  let theme = null;
  try {
    theme = localStorage.getItem('theme');
  } catch {
    // Storage is blocked: dark.
  }
  if (theme === 'light') {
    document.documentElement.dataset.theme = theme;
  }
})();
