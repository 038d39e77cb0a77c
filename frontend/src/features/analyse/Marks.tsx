import hidden from '../../components/VisuallyHidden.module.css';
import { useText } from '../../i18n/context';
import styles from './Marks.module.css';
import type { Graded } from './worklist/films';

/** As in the list: beside another film's, a grade must not look surer than it is. */
export function Marks({
  graded: { quality, refer },
}: {
  graded: Pick<Graded, 'quality' | 'refer'>;
}) {
  const text = useText('worklist');
  return (
    <>
      {!quality.accepted && <Mark sign="!" words={text.forced} />}
      {refer && <Mark sign="?" words={text.refer} />}
    </>
  );
}

function Mark({ sign, words }: { sign: string; words: string }) {
  return (
    <>
      {' '}
      <span className={styles.mark} title={words}>
        <span aria-hidden="true">{sign}</span> <span className={hidden.hidden}>{words}</span>
      </span>
    </>
  );
}
