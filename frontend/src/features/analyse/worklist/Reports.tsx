import { useState } from 'react';
import { Button } from '../../../components/Button';
import { DownloadIcon } from '../../../components/icons';
import type { Catalogue } from '../../../i18n/catalogue';
import { useLanguage } from '../../../i18n/context';
import { describeFailure } from '../../../i18n/describeFailure';
import type { Graded } from '../../../report/content';
import { saveReports } from '../../../report/save';
import type { Refused } from '../../../report/summary';
import type { Item, Worklist } from './films';
import { type AskForMap, MOST_MAPS, mapsOfService, NO_MAP } from './reportMaps';
import { findingsOf } from './table';
import styles from './WorklistPanel.module.css';

/** With its map: the one that was looked at, else the one that `ask` brings. */
async function resultOf(item: Item, list: Worklist, ask: AskForMap): Promise<Graded[]> {
  const { id, study, graded, gradedAt, date, view } = item;
  const { reading, impression, writtenFor, writtenOf } = item;
  if (!graded || !gradedAt) {
    return [];
  }
  const known = list.explained.get(id)?.shown ?? { ...graded, explanation: null };
  const prediction = known.explanation ? known : ((await ask(item)) ?? known);
  const repair = study.repaired?.repair;
  return [
    {
      name: study.name,
      prediction,
      gradedAt,
      date,
      view,
      repair,
      study,
      reading,
      impression,
      writtenFor,
      writtenOf,
    },
  ];
}

/** The films of which no grade may be told, and why. */
function refusedOf(items: readonly Item[], { failures, quality, worklist }: Catalogue): Refused[] {
  const words: Readonly<Record<string, string | undefined>> = quality.codes;
  return items.flatMap((item) => {
    const { study, date, status, graded, failure } = item;
    if (graded) {
      return [];
    }
    const rejections = findingsOf(item).filter(({ level }) => level === 'reject');
    const reason =
      rejections.map(({ code, message }) => words[code] ?? message).join(' ') ||
      (failure ? describeFailure(failure, failures).title : '');
    const told = [worklist.statuses[status], reason].filter(Boolean).join(': ');
    return [{ name: study.name, date, reason: told, hidden: status === 'hidden' }];
  });
}

/** One report of all films: a table of them, and a page for each that was graded. */
export function Reports({ list, items }: { list: Worklist; items: readonly Item[] }) {
  const { catalogue, language } = useLanguage();
  const text = catalogue.report;
  const [state, setState] = useState<'idle' | 'making' | 'writing' | 'failed'>('idle');
  const [done, setDone] = useState(0);
  /** Films of the last report whose map was asked for and did not come. */
  const [missing, setMissing] = useState(0);
  const graded = items.filter((item) => item.graded !== null);
  const busy = state === 'making' || state === 'writing';
  const progress = state === 'writing' ? text.writing : text.progress;
  const label = busy ? progress(done, graded.length) : text.reports;

  const save = async () => {
    setState('making');
    setDone(0);
    setMissing(0);
    try {
      const results: Graded[] = [];
      const ask = mapsOfService();
      for (const [index, item] of graded.entries()) {
        results.push(...(await resultOf(item, list, index < MOST_MAPS ? ask : NO_MAP)));
        setDone(index + 1);
      }
      // Of a long list that takes longer than the few maps that were asked for.
      setState('writing');
      setDone(0);
      await saveReports(results, catalogue, language, refusedOf(items, catalogue), setDone);
      const asked = results.slice(0, MOST_MAPS);
      setMissing(asked.filter(({ prediction }) => !prediction.explanation).length);
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
        disabled={graded.length === 0 || busy}
        onClick={() => void save()}
      >
        <DownloadIcon />
        {busy ? label : catalogue.worklist.pdf}
      </Button>
      {state === 'failed' && (
        <p className={styles.note} role="alert">
          {text.failed}
        </p>
      )}
      {missing > 0 && (
        <p className={styles.note} role="alert">
          {text.mapsMissing(missing)}
        </p>
      )}
    </>
  );
}
