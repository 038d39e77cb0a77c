/** A result to take along. */
export const report = {
  json: 'Download JSON',
  overlay: 'Download overlay',
};
