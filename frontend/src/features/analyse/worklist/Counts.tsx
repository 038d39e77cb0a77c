import { useFormat, useText } from '../../../i18n/context';
import { countsOf, type Filter } from './arrange';
import styles from './Counts.module.css';
import type { Item } from './films';

interface CountsProps {
  items: readonly Item[];
  filter: Filter;
  onFilter: (filter: Filter) => void;
}

/** How many films came out how; each count lists those films alone. */
export function Counts({ items, filter, onFilter }: CountsProps) {
  const text = useText('worklist');
  const { severities } = useText('shared');
  const format = useFormat();
  const names: Record<Filter, string> = { ...text.filters, ...severities };
  return (
    <fieldset className={styles.counts} aria-label={text.filter}>
      {countsOf(items, filter).map(([of, count]) => (
        <button
          key={of}
          type="button"
          className={styles.count}
          data-severity={of}
          aria-pressed={of === filter}
          onClick={() => onFilter(of === filter ? 'all' : of)}
        >
          {names[of]} <span className={styles.number}>{format.integer(count)}</span>
        </button>
      ))}
    </fieldset>
  );
}
