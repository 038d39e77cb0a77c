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
  /** Of how many films how many could not be read. */
  const [failed, setFailed] = useState<{ unread: number; of: number } | null>(null);
  const others = alike(items, repair);
  const mend = async (films: readonly Item[]) => {
    setWorking(true);
    setFailed(null);
    const unread = await repairAndGrade(store, films, repair);
    setWorking(false);
    setFailed(unread > 0 ? { unread, of: films.length } : null);
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
      {failed && <p role="alert">{failed.of === 1 ? text.failed : text.failedOf(failed.unread)}</p>}
    </>
  );
}
