import { memo, useEffect, useMemo, useRef, useState } from 'react';
import { Announcer } from '../../components/Announcer';
import { Button } from '../../components/Button';
import { useLanguage } from '../../i18n/context';
import { predict } from '../../lib/predict';
import type { Study } from '../../lib/study';
import styles from './AnalysePage.module.css';
import { announce } from './announce';
import { Change } from './compare/Change';
import { pairOn } from './compare/pair';
import { gradedOf } from './graded';
import { type Collected, collectFiles, collectTransfer, takenOf } from './intake/collect';
import { DropVeil } from './intake/DropVeil';
import { noticeOf, noticeWords } from './intake/notice';
import { namedAsPasted } from './intake/pasted';
import { useIntake, type Way } from './intake/useIntake';
import { useNotice } from './intake/useNotice';
import { Repaired } from './Repaired';
import { ReadingForm } from './reading/ReadingForm';
import { Brixia } from './result/Brixia';
import { Details } from './result/Details';
import { Guide } from './result/Guide';
import { OnPaper } from './result/OnPaper';
import { Summary } from './result/Summary';
import { Stage } from './Stage';
import { Samples } from './samples/Samples';
import { isDrawn } from './shownState';
import { useArrival } from './useArrival';
import { useRepairs } from './useRepairs';
import { blinded } from './worklist/blind';
import { patientOf } from './worklist/dated';
import { type Item, isOpen, itemOf, NO_FACTS, stateOf, type Worklist } from './worklist/films';
import { dateInName, Patients, readFacts } from './worklist/patientAndDate';
import { Series } from './worklist/Series';
import { asOpen } from './worklist/twins';
import { useWorklist } from './worklist/useWorklist';
import { WorklistPanel } from './worklist/WorklistPanel';

/**
 * Open radiographs, see how they were graded and where the network looked.
 *
 * Rendered by what it holds alone: a change of theme or an open dialogue around it costs it nothing.
 */
export const AnalysePage = memo(function AnalysePage() {
  const { catalogue } = useLanguage();
  const text = catalogue.analyse;
  const { list: whole, store } = useWorklist(predict);
  const list = useMemo(() => blinded(whole), [whole]);
  const state = stateOf(list, list.selected);
  const [looked, look] = useState<number | null>(null);
  const pair = pairOn(list);
  // Of two films on the stage, what is told and read beside them is of the one that is looked at.
  const on = pair?.find((one) => one.item.id === looked);
  const { item: film, state: told } = on ?? { item: itemOf(list, list.selected), state };
  const [notice, give] = useNotice(list.selected, store);
  const noticed = notice ? noticeWords(notice, catalogue) : '';
  const repairs = useRepairs(store, give);
  const [wide, setWide] = useState(false);
  const [patients] = useState(() => new Patients());
  const stage = useRef<HTMLElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  // Whoever sees a film may read it, and what was read stays to be seen and taken back.
  const readable = film !== null && (isDrawn(told) || film.reading !== null);
  useArrival(state.phase, holders(list, readable), heading);
  useEffect(fetchViewerWhenIdle, []);

  const open = (studies: readonly Study[]) => {
    const facts = ({ name }: Study) => ({ ...NO_FACTS, date: dateInName(name) });
    const ids = store.add(studies, facts);
    const films = ids.flatMap((id, index) => {
      const study = studies[index];
      return study ? { id, study } : [];
    });
    void readFacts(store, films, patients);
  };
  const take = async (collected: Collected) => {
    const { items } = store.snapshot();
    const taken = takenOf(await asOpen(collected.studies, items), items);
    open(taken.studies);
    give(noticeOf(collected, taken));
  };
  const takeTransfer = async (data: DataTransfer, way: Way) => {
    const collected = await collectTransfer(data);
    const named = (study: Study) =>
      way === 'paste' ? namedAsPasted(study, text.intake.pastedName) : study;
    await take({ ...collected, studies: collected.studies.map(named) });
  };
  const hovering = useIntake({
    onTransfer: (data, way) => {
      takeTransfer(data, way).catch(() => give({ kind: 'unreadable' }));
    },
    onNoFile: (way) => give({ kind: 'noFile', way }),
  });
  const openFiles = (files: File[]) => void take(collectFiles(files));
  const several = list.items.length > 1;
  const hasFilm = state.phase !== 'empty';
  const [older, newer] = pair?.flatMap(comparedOf) ?? [];
  // Of the only film, once it was cancelled, that is said instead.
  const count = list.cleared.length;
  const removed = count > (list.cancelled ? 1 : 0) ? catalogue.worklist.cleared(count) : '';

  return (
    <div
      className={styles.page}
      data-several={several}
      data-open={hasFilm}
      data-wide={several && wide}
    >
      {several && (
        <div className={styles.worklist} data-print="off">
          <WorklistPanel
            list={list}
            store={store}
            wide={wide}
            onWide={setWide}
            onFiles={openFiles}
          />
        </div>
      )}
      <section
        ref={stage}
        className={styles.stage}
        aria-label={catalogue.viewer.region}
        // Where the focus goes while it fills the screen.
        tabIndex={-1}
      >
        <Stage
          list={list}
          store={store}
          stage={stage}
          repairs={repairs}
          onFiles={openFiles}
          onLook={look}
          onUnsaved={(name) => give({ kind: 'unsaved', name })}
        />
        {!hasFilm && (
          <Samples
            title={text.samples.title}
            onOpen={(study) => {
              open([study]);
              give(null);
            }}
          />
        )}
      </section>
      <div className={styles.aside}>
        {told.phase === 'done' && film && <OnPaper graded={gradedOf(film, told)} />}
        <div className={styles.summary}>
          {older && newer && <Change older={older} newer={newer} />}
          {/* Two films are on the stage: what follows is of one of them. */}
          {film && told.phase === 'done' && pair && (
            <p className={styles.of}>
              {film.study.name}
              {film.date !== '' && (
                <>
                  {' · '}
                  <time dateTime={film.date}>{catalogue.format.day(film.date)}</time>
                </>
              )}
            </p>
          )}
          <Summary state={told} heading={heading} />
          {film && readable && (
            <ReadingForm key={film.id} item={film} blind={list.blind} store={store} />
          )}
          {film && <Repaired item={film} store={store} />}
          {noticed && <p className={styles.notice}>{noticed}</p>}
          {count > 0 && (
            <p className={styles.notice}>
              {removed || text.cancelled}{' '}
              <Button look="compact" onClick={store.restore}>
                {catalogue.worklist.undo}
              </Button>
            </p>
          )}
        </div>
        <div className={styles.details}>
          {told.phase === 'done' && film && (
            <>
              <Brixia score={told.shown.brixia} />
              <Details key={film.id} graded={gradedOf(film, told)} />
            </>
          )}
          {several && <Series items={list.items} selected={list.selected} store={store} />}
          <Guide folded={hasFilm} />
        </div>
      </div>
      <Announcer message={announce(state, catalogue)} />
      {/* Apart: it would be read out again with each film. */}
      <Announcer message={noticed} />
      <Announcer message={removed && `${removed} ${catalogue.worklist.clearedHint}`} />
      {hovering && <DropVeil />}
    </div>
  );
});

/** What may take the button with it that has the focus, as one word. */
const holders = (
  { selected, compared, items, cleared, pause }: Worklist,
  readable: boolean,
): string =>
  [
    selected,
    compared,
    items.length,
    cleared.length > 0,
    items.some(isOpen),
    pause !== null,
    readable,
  ].join();

/** What a table of changes needs of a film; nothing where its result is not there, or hidden. */
const comparedOf = ({ item }: { item: Item }) => {
  const { study, date, view, graded } = item;
  return graded ? [{ name: study.name, date, view, patient: patientOf(item), ...graded }] : [];
};

/** The first film should not wait for the viewer's code. */
function fetchViewerWhenIdle(): (() => void) | undefined {
  // Not in every browser; there the viewer comes with the first film.
  if (!('requestIdleCallback' in window)) {
    return undefined;
  }
  const waiting = window.requestIdleCallback(
    () => void import('../../viewer/Workbench').catch(() => undefined),
  );
  return () => window.cancelIdleCallback(waiting);
}
