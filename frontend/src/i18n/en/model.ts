/** What a version of the model is worth. */
export const model = {};
