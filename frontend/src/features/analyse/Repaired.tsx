import { Button } from '../../components/Button';
import { useLanguage } from '../../i18n/context';
import { repairWords } from '../../i18n/repairWords';
import styles from './AnalysePage.module.css';
import type { Item } from './worklist/films';
import { asItWas } from './worklist/repair';
import type { WorklistStore } from './worklist/store';

/** Says that a film is not shown and graded as its file is. */
export function Repaired({ item: { id, study }, store }: { item: Item; store: WorklistStore }) {
  const { catalogue } = useLanguage();
  const text = catalogue.quality.repair;
  return study.repaired ? (
    <p className={styles.notice}>
      {text.done(repairWords(study.repaired.repair, catalogue))}{' '}
      <Button look="compact" onClick={() => store.replace(id, asItWas(study))}>
        {text.undo}
      </Button>
    </p>
  ) : null;
}
