import { Button } from '../../components/Button';
import { useText } from '../../i18n/context';
import type { Repair } from '../../lib/study';
import type { Repairs } from './useRepairs';
import type { Item } from './worklist/films';
import { alike } from './worklist/repair';

interface RepairButtonsProps {
  item: Item;
  items: readonly Item[];
  repair: Repair;
  repairs: Repairs;
}

/** Mends what a film was rejected for and has it graded: this one, or all that need the same. */
export function RepairButtons({ item, items, repair, repairs }: RepairButtonsProps) {
  const text = useText('quality').repair;
  const { working, failed, mend } = repairs;
  const others = alike(items, repair);
  const { turned, inverted } = repair;
  const label = turned !== 0 && inverted ? text.both : inverted ? text.invert : text.turn;
  return (
    <>
      <Button look="primary" disabled={working} onClick={() => mend([item], repair)}>
        {working ? text.working : label}
      </Button>
      {others.length > 1 && (
        <Button disabled={working} onClick={() => mend(others, repair)}>
          {text.all(others.length)}
        </Button>
      )}
      {failed === item.id && <p role="alert">{text.failed}</p>}
    </>
  );
}
