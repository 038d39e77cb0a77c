import { useFormat, useText } from '../../../i18n/context';
import type { Agreement as Told } from '../../../lib/agreement';
import { type Item, isOpen } from '../worklist/films';
import { agreementIn } from './agreementIn';
import styles from './Reading.module.css';

/** How far the reader and the model agree, as it stands now. */
export function Agreement({ items }: { items: readonly Item[] }) {
  const text = useText('reading');
  const format = useFormat();
  const all = agreementIn(items);
  const blind = agreementIn(items, true);
  const say = ({ films, same, kappa }: Told) =>
    text.agreement(films, Math.round(films * same), kappa === null ? null : format.kappa(kappa));
  return all ? (
    <p
      className={styles.agreement}
      role="status"
      // While films come in, each would have it read out anew, over what is said of the one shown.
      aria-live={items.some(isOpen) ? 'off' : 'polite'}
      aria-label={text.agreementTitle}
    >
      {say(all)}
      {blind && blind.films < all.films && ` ${text.ofThemBlind}: ${say(blind)}`}
      {blind && blind.films === all.films && ` ${text.allBlind}`}
    </p>
  ) : null;
}
