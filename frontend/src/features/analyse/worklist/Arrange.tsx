import { useText } from '../../../i18n/context';
import { type Arrangement, FILTERS, type Filter, SORTS, type Sort } from './arrange';
import styles from './WorklistPanel.module.css';

interface ArrangeProps {
  arrangement: Arrangement;
  onChange: (arrangement: Arrangement) => void;
}

/** In which order, and which of the films are listed. */
export function Arrange({ arrangement, onChange }: ArrangeProps) {
  const text = useText('worklist');
  const { severities } = useText('shared');
  const filters: Record<Filter, string> = { ...text.filters, ...severities };
  return (
    <div className={styles.arrange}>
      <input
        className={styles.field}
        type="search"
        aria-label={text.search}
        placeholder={text.search}
        value={arrangement.search}
        onChange={(event) => onChange({ ...arrangement, search: event.currentTarget.value })}
      />
      <select
        className={styles.field}
        aria-label={text.filter}
        value={arrangement.filter}
        onChange={(event) =>
          onChange({ ...arrangement, filter: event.currentTarget.value as Filter })
        }
      >
        {FILTERS.map((filter) => (
          <option key={filter} value={filter}>
            {filters[filter]}
          </option>
        ))}
      </select>
      <select
        className={styles.field}
        aria-label={text.sort}
        value={arrangement.sort}
        onChange={(event) => onChange({ ...arrangement, sort: event.currentTarget.value as Sort })}
      >
        {SORTS.map((sort) => (
          <option key={sort} value={sort}>
            {text.sorts[sort]}
          </option>
        ))}
      </select>
    </div>
  );
}
