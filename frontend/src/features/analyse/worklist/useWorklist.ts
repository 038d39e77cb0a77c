import { useEffect, useState, useSyncExternalStore } from 'react';
import { onceBack } from '../../../lib/again';
import { KEY_TAKEN } from '../../../lib/apiKey';
import type { Predict } from '../../../lib/predict';
import { saysSomething } from '../../../lib/reading';
import { type Item, isOpen, type Worklist } from './films';
import { WorklistStore } from './store';

/** The page's worklist. Reloading asks first while there is something to lose. */
export function useWorklist(predict: Predict): { list: Worklist; store: WorklistStore } {
  const [store] = useState(() => new WorklistStore(predict));
  const list = useSyncExternalStore(store.subscribe, store.snapshot);
  useEffect(() => () => store.stop(), [store]);
  useEffect(() => onceBack(store.explainMissed), [store]);
  useEffect(() => {
    window.addEventListener(KEY_TAKEN, store.resume);
    return () => window.removeEventListener(KEY_TAKEN, store.resume);
  }, [store]);

  // What was removed is offered to be brought back, and then what was said of it waits: it is not
  // lost yet.
  const precious =
    [...list.items, ...list.cleared].some(isPrecious) || list.kept.some(store.isSaidHere);
  useEffect(() => {
    if (!precious) {
      return;
    }
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [precious]);
  return { list, store };
}

/**
 * Whether it would be lost for good: what a person said of a film, whatever became of it, and what
 * came of people's own files. A bundled sample is one click away.
 */
const isPrecious = (item: Item): boolean =>
  saysSomething(item.reading) ||
  item.impression !== null ||
  item.described.length > 0 ||
  (item.study.source instanceof File && (item.graded !== null || isOpen(item)));
