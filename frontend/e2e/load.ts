/** Of this process's time on a core, by how much it had to wait for one; 1 on a quiet machine. */
const BUSY = 1.25;
const SPINS = 10;
const SPIN_MS = 30;
/** What limits grow by, at least, while other programs want the same cores. */
const ALLOWANCE = 3;

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

/** Holds `limit` to its word on a quiet machine; on a busy one it says so and allows more. */
export function allowed(limit: number): number {
  const waited = contention();
  if (waited < BUSY) {
    return limit;
  }
  const grown = Math.round(Math.max(ALLOWANCE, waited) * limit);
  process.stdout.write(
    `the machine is busy (waits ${waited.toFixed(2)} times): ${grown} ms instead of ${limit} ms\n`,
  );
  return grown;
}
