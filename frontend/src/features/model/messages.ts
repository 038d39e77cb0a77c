export const text = {
  card: (version: string) => `Model card ${version}`,
  docs: 'API docs',
} as const;
