import { useState } from 'react';
import { Button } from '../../components/Button';
import { useText } from '../../i18n/context';
import type { Repair } from '../../lib/study';
import type { Item } from './worklist/films';
import { alike, repairAndGrade } from './worklist/repair';
import type { WorklistStore } from './worklist/store';

interface RepairButtonsProps {
  item: Item;
  items: readonly Item[];
  repair: Repair;
  store: WorklistStore;
}

/** Mends what a film was rejected for and has it graded: this one, or all that need the same. */
export function RepairButtons({ item, items, repair, store }: RepairButtonsProps) {
  const text = useText('quality').repair;
  const [state, setState] = useState<'idle' | 'working' | 'failed'>('idle');
  const others = alike(items, repair);
  const mend = async (films: readonly Item[]) => {
    setState('working');
    try {
      await repairAndGrade(store, films, repair);
      setState('idle');
    } catch {
      setState('failed');
    }
  };
  const { turned, inverted } = repair;
  const label = turned !== 0 && inverted ? text.both : inverted ? text.invert : text.turn;
  return (
    <>
      <Button look="primary" disabled={state === 'working'} onClick={() => void mend([item])}>
        {state === 'working' ? text.working : label}
      </Button>
      {others.length > 1 && (
        <Button disabled={state === 'working'} onClick={() => void mend(others)}>
          {text.all(others.length)}
        </Button>
      )}
      {state === 'failed' && <p role="alert">{text.failed}</p>}
    </>
  );
}
