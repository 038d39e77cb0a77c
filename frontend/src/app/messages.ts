export const text = {
  name: 'CXR Severity',
  skip: 'Skip to the radiograph',
  standing: { what: 'Research software.', not: 'Not a diagnosis, not a medical device.' },
  links: 'About the service',
  theme: { light: 'Use the light theme', dark: 'Use the dark theme' },
  privacy: 'Images are processed in memory and not stored.',
  crash: {
    title: 'This page has failed',
    detail: 'No image was lost or stored. Reload the page; if it fails again, please report it.',
    reload: 'Reload',
  },
} as const;
