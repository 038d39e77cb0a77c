import { useState } from 'react';
import { Button } from '../../../components/Button';
import { DownloadIcon } from '../../../components/icons';
import { useLanguage } from '../../../i18n/context';
import type { Graded } from '../../../report/content';
import { saveReports } from '../../../report/save';
import type { Item, Worklist } from './films';
import styles from './WorklistPanel.module.css';

/** With the heatmap where it was looked at: one for each film would ask for all of them again. */
function resultOf({ id, study, graded, gradedAt, date, view }: Item, list: Worklist): Graded[] {
  if (!graded || !gradedAt) {
    return [];
  }
  const shown = list.explained.get(id)?.shown ?? { ...graded, explanation: null };
  return [
    { name: study.name, prediction: shown, gradedAt, date, view, repair: study.repaired?.repair },
  ];
}

/** One report of all graded films, a page for each. */
export function Reports({ list, items }: { list: Worklist; items: readonly Item[] }) {
  const { catalogue, language } = useLanguage();
  const text = catalogue.report;
  const [state, setState] = useState<'idle' | 'making' | 'failed'>('idle');
  const results = items.flatMap((item) => resultOf(item, list));

  const label = state === 'making' ? text.making : text.reports;

  const save = async () => {
    setState('making');
    try {
      await saveReports(results, catalogue, language);
      setState('idle');
    } catch {
      setState('failed');
    }
  };

  return (
    <>
      <Button
        look="compact"
        title={label}
        disabled={results.length === 0 || state === 'making'}
        onClick={() => void save()}
      >
        <DownloadIcon />
        {catalogue.worklist.pdf}
      </Button>
      {state === 'failed' && (
        <p className={styles.note} role="alert">
          {text.failed}
        </p>
      )}
    </>
  );
}
