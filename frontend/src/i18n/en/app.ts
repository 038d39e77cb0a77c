/** The frame around every page. */
export const app = {
  title: 'CXR Severity: COVID-19 severity from chest radiographs',
  skip: 'Skip to the radiograph',
  skipToContent: 'Skip to the content',
  standing: { what: 'Research software.', not: 'Not a diagnosis, not a medical device.' },
  pages: 'Pages',
  analyse: 'Analyse',
  model: 'Model',
  docs: 'API docs',
  theme: { light: 'Use the light theme', dark: 'Use the dark theme' },
  language: 'Language',
  languageChanged: 'The page is now in English.',
  languageFailed: (name: string) =>
    `${name} could not be loaded. Check your connection and try again.`,
  privacy: 'Images are processed in memory and not stored.',
  offline: {
    title: 'The service cannot be reached.',
    detail: 'What is on the page stays. New images can be graded once the connection is back.',
    check: 'Check again',
    checking: 'Checking',
    back: 'The service can be reached again.',
  },
  key: {
    missing:
      'The service wants to know who calls: it grades films for those who have an API key. Whoever runs it gives keys.',
    refused:
      'This key is not accepted: it is mistyped, has expired or was revoked, or is not one for grading films.',
    held: 'An API key is in use, and shown to this service alone. It goes when this tab is closed, but browsers can bring a closed tab back: forget the key before you leave a shared computer.',
    label: 'API key',
    use: 'Use this key',
    trying: 'Trying the key',
    forget: 'Forget the key',
    taken: 'The key is accepted.',
    open: 'Change or forget the API key',
  },
  unloaded: {
    title: 'This part of the page could not be shown.',
    detail:
      'All else on the page is still there. Check your connection and try again. If that does not help, save your results and readings, then reload the page.',
  },
  crash: {
    title: 'This page has failed',
    detail: 'No image was lost or stored. Reload the page; if it fails again, please report it.',
    reload: 'Reload',
  },
};
