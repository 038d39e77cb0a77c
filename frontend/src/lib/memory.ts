/** Holds choices under names of their own. */
interface Memory {
  readonly get: (name: string) => string | null;
  /** `null` forgets it. */
  readonly set: (name: string, value: string | null) => void;
}

/**
 * Where a storage is blocked or full, a choice holds all the same, until the page is closed.
 *
 * @param storage looked up on each call: where it is blocked, naming it throws.
 */
function memoryIn(storage: () => Storage): Memory {
  const unstored = new Map<string, string | null>();
  return {
    get: (name) => {
      const value = unstored.get(name);
      if (value !== undefined) {
        return value;
      }
      try {
        return storage().getItem(name);
      } catch {
        return null;
      }
    },
    set: (name, value) => {
      try {
        if (value === null) {
          storage().removeItem(name);
        } else {
          storage().setItem(name, value);
        }
        unstored.delete(name);
      } catch {
        unstored.set(name, value);
      }
    },
  };
}

/** Outlives the page. */
export const inBrowser = memoryIn(() => localStorage);
/** Outlives a reload, and ends with the tab unless the browser brings that back. */
export const inTab = memoryIn(() => sessionStorage);
