import { useState } from 'react';
import { Button } from '../components/Button';
import { useFormat, useText } from '../i18n/context';
import type { Film, Header } from './decode/film';
import styles from './HeaderPanel.module.css';

/** What could tell who the patient is. */
const PERSONAL = ['patientName', 'patientId', 'birthDate', 'institution'] as const;
const PLAIN = [
  'sex',
  'age',
  'studyDate',
  'studyDescription',
  'modality',
  'viewPosition',
  'bodyPart',
  'manufacturer',
  'photometric',
  'transferSyntax',
] as const;
const MASK = '••••••';

/** What the DICOM object says of itself; who the patient is only when asked for. */
export function HeaderPanel({ header, film }: { header: Header; film: Film }) {
  const text = useText('viewer');
  const format = useFormat();
  const [revealed, setRevealed] = useState(false);
  const personal = PERSONAL.filter((key) => header[key] !== '');
  return (
    <details className={styles.panel}>
      <summary className={styles.summary}>{text.header.title}</summary>
      {personal.length > 0 && (
        <Button look="compact" aria-pressed={revealed} onClick={() => setRevealed(!revealed)}>
          {revealed ? text.header.hide : text.header.reveal}
        </Button>
      )}
      <dl className={styles.facts}>
        {personal.map((key) => (
          <Fact key={key} term={text.header[key]} value={revealed ? header[key] : MASK} />
        ))}
        {PLAIN.filter((key) => header[key] !== '').map((key) => (
          <Fact key={key} term={text.header[key]} value={header[key]} />
        ))}
        <Fact
          term={text.header.matrix}
          value={text.header.pixels(header.columns, header.rows, header.bitsStored)}
        />
        {film.spacing && (
          <Fact
            term={text.header.spacing}
            value={text.header.millimetres(
              format.significant(film.spacing.row),
              format.significant(film.spacing.column),
              film.spacing.atDetector,
            )}
          />
        )}
      </dl>
    </details>
  );
}

function Fact({ term, value }: { term: string; value: string }) {
  return (
    <div className={styles.fact}>
      <dt>{term}</dt>
      <dd>{value}</dd>
    </div>
  );
}
