import { Button } from '../../../components/Button';
import { DownloadIcon } from '../../../components/icons';
import { useText } from '../../../i18n/context';
import { saveBlob, saveJson } from '../../../lib/download';
import { type Item, isOpen, type Worklist } from './films';
import { Reports } from './Reports';
import { csvOf, fileNameOf, jsonOf } from './table';
import styles from './WorklistPanel.module.css';

const CSV_TYPE = 'text/csv;charset=utf-8';

/** The list to take along, or the films of it that are chosen. */
export function Downloads({ list, items }: { list: Worklist; items: readonly Item[] }) {
  const text = useText('worklist');
  const none = items.every(isOpen);
  return (
    <div className={styles.actions}>
      <Button
        look="compact"
        disabled={none}
        onClick={() =>
          saveBlob(
            new Blob([csvOf(items, list.items)], { type: CSV_TYPE }),
            fileNameOf(new Date(), 'csv'),
          )
        }
      >
        <DownloadIcon />
        {text.csv}
      </Button>
      <Button
        look="compact"
        disabled={none}
        onClick={() => saveJson(jsonOf(items), fileNameOf(new Date(), 'json'))}
      >
        <DownloadIcon />
        {text.json}
      </Button>
      <Reports list={list} items={items} />
    </div>
  );
}
