import { useText } from '../../../i18n/context';
import type { WorklistStore } from '../worklist/store';
import styles from './Reading.module.css';

/** Whether results are hidden until the reader has scored. */
export function BlindSwitch({ blind, store }: { blind: boolean; store: WorklistStore }) {
  const text = useText('reading');
  return (
    <label className={styles.blind} title={text.blindHint}>
      <input
        type="checkbox"
        checked={blind}
        onChange={(event) => store.hideResults(event.currentTarget.checked)}
      />
      {text.blind}
    </label>
  );
}
