/** Browsers count in 31 bits of milliseconds, some 25 days: a longer timer would end at once. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * `setTimeout` for a time that somebody else names, `Infinity` included.
 *
 * @returns what ends it.
 */
export function longTimer(run: () => void, ms: number): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const wait = (left: number) => {
    const next = left > LONGEST_MS ? () => wait(left - LONGEST_MS) : run;
    timer = setTimeout(next, Math.min(left, LONGEST_MS));
  };
  wait(ms);
  return () => clearTimeout(timer);
}
