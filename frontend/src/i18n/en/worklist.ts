/** Many files at once: the queue, its table and its downloads. */
export const worklist = {};
