import { useRef, useState } from 'react';
import { Announcer } from '../../components/Announcer';
import { useLanguage } from '../../i18n/context';
import styles from './AnalysePage.module.css';
import { announce } from './announce';
import { DropVeil } from './intake/DropVeil';
import { useIntake } from './intake/useIntake';
import { Brixia } from './result/Brixia';
import { Details } from './result/Details';
import { Guide } from './result/Guide';
import { Summary } from './result/Summary';
import { Stage } from './Stage';
import { Samples } from './samples/Samples';
import type { Study } from './types';
import { useAnalysis } from './useAnalysis';
import { useArrival } from './useArrival';

/** Open a radiograph, see how it was graded and where the network looked. */
export function AnalysePage() {
  const { catalogue } = useLanguage();
  const text = catalogue.analyse;
  const analysis = useAnalysis();
  const { state } = analysis;
  const [notice, setNotice] = useState('');
  const heading = useRef<HTMLHeadingElement>(null);
  useArrival(state.phase, heading);

  const open = (study: Study, remark = '') => {
    setNotice(remark);
    analysis.open(study);
  };
  const openFiles = (files: File[], from?: 'drop' | 'paste') => {
    const [file] = files;
    if (file) {
      // A picture on the clipboard has no name; browsers call it image.png.
      const nameless = from === 'paste' && file.name === 'image.png';
      const name = nameless ? text.intake.pastedName : file.name;
      open({ name, source: file }, files.length > 1 ? text.intake.onlyFirst(files.length) : '');
    }
  };
  const hovering = useIntake(openFiles);

  return (
    <div className={styles.page}>
      <div className={styles.summary}>
        <Summary state={state} heading={heading} />
        {notice && <p className={styles.notice}>{notice}</p>}
      </div>
      <section className={styles.stage} aria-label={catalogue.viewer.region}>
        <Stage analysis={analysis} onFiles={openFiles} />
        <Samples
          title={state.phase === 'empty' ? text.samples.title : text.samples.titleBeside}
          large={state.phase === 'empty'}
          current={state.phase === 'empty' ? null : state.study}
          onOpen={open}
        />
      </section>
      <div className={styles.details}>
        {state.phase === 'done' && (
          <>
            <Brixia score={state.shown.brixia} />
            <Details study={state.study} prediction={state.shown} />
          </>
        )}
        <Guide folded={state.phase !== 'empty'} />
      </div>
      <Announcer message={`${announce(state, catalogue)} ${notice}`.trim()} />
      {hovering && <DropVeil />}
    </div>
  );
}
