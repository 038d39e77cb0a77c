import { useEffect, useState, useSyncExternalStore } from 'react';
import type { Predict } from '../../../lib/predict';
import { isOpen, type Worklist } from './films';
import { WorklistStore } from './store';

/** The page's worklist. Reloading asks first while there is something to lose. */
export function useWorklist(predict: Predict): { list: Worklist; store: WorklistStore } {
  const [store] = useState(() => new WorklistStore(predict));
  const list = useSyncExternalStore(store.subscribe, store.snapshot);
  useEffect(() => () => store.stop(), [store]);

  // A bundled sample is one click away; only people's own files would be lost.
  const precious = list.items.some(
    (item) => item.study.source instanceof File && (item.graded !== null || isOpen(item)),
  );
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
