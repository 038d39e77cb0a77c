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
  const [working, setWorking] = useState(false);
  const [failed, setFailed] = useState('');
  const others = alike(items, repair);
  const mend = async (films: readonly Item[]) => {
    setWorking(true);
    setFailed('');
    const unread = await repairAndGrade(store, films, repair);
    setWorking(false);
    if (unread > 0) {
      setFailed(films.length === 1 ? text.failed : text.failedOf(unread));
    }
  };
  const { turned, inverted } = repair;
  const label = turned !== 0 && inverted ? text.both : inverted ? text.invert : text.turn;
  return (
    <>
      <Button look="primary" disabled={working} onClick={() => void mend([item])}>
        {working ? text.working : label}
      </Button>
      {others.length > 1 && (
        <Button disabled={working} onClick={() => void mend(others)}>
          {text.all(others.length)}
        </Button>
      )}
      {failed && <p role="alert">{failed}</p>}
    </>
  );
}
