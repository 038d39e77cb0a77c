/** Of this process's time on a core, by how much it had to wait for one; 1 on a quiet machine. */
const BUSY = 1.25;
const SPINS = 10;
const SPIN_MS = 30;
/** What limits grow by, at least, while other programs want the same cores. */
const ALLOWANCE = 3;
/** What `chore` takes on a core of a server of 2021 (AMD EPYC, Zen 3): limits are promised for it. */
const CHORE_MS = 20;
const CHORES = 9;

function contention(): number {
  const [started, used] = [performance.now(), process.cpuUsage()];
  for (let spin = 0; spin < SPINS; spin += 1) {
    const end = performance.now() + SPIN_MS;
    while (performance.now() < end) {
      // Only to want a core.
    }
  }
  const { user, system } = process.cpuUsage(used);
  return ((performance.now() - started) * 1000) / (user + system);
}

/** Numbers and objects in the engine that Chromium runs as well. */
function chore(): number {
  const numbers = new Float64Array(4096);
  let sum = 0;
  for (let round = 0; round < 500; round += 1) {
    for (let at = 0; at < numbers.length; at += 1) {
      const next = (numbers[at] ?? 0) * 0.5 + at;
      numbers[at] = next;
      sum += next;
    }
    const found = new Map(Array.from({ length: 200 }, (_, at) => [`key-${at}`, at]));
    sum += found.size;
  }
  return sum;
}

/** By how much a core is slower than the one that limits are promised for; at least 1. */
function slowness(): number {
  const taken = Array.from({ length: CHORES }, () => {
    const started = performance.now();
    chore();
    return performance.now() - started;
  });
  taken.sort((one, other) => one - other);
  return Math.max(1, (taken[CHORES >> 1] ?? CHORE_MS) / CHORE_MS);
}

/**
 * Holds `limit` to its word on a quiet machine of usual speed; on a busy or a slower one it says so
 * and allows more.
 */
export function allowed(limit: number): number {
  const [waited, slower] = [contention(), slowness()];
  const grown = Math.round((waited < BUSY ? 1 : Math.max(ALLOWANCE, waited)) * slower * limit);
  if (grown > limit) {
    process.stdout.write(
      `the machine is busy (waits ${waited.toFixed(2)} times) or slow (${slower.toFixed(2)} times ` +
        `the usual): ${grown} ms instead of ${limit} ms\n`,
    );
  }
  return grown;
}
