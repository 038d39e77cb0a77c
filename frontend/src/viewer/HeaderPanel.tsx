import { useState } from 'react';
import { Button } from '../components/Button';
import { Disclosure } from '../components/Disclosure';
import { useFormat, useText } from '../i18n/context';
import { isoOfDicom } from '../lib/days';
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
const UNCOMPRESSED = new Set(['', '.1', '.2'].map((end) => `1.2.840.10008.1.2${end}`));
/** PS3.6 annex A: the names of what compresses, the same in every language. */
const SYNTAXES: Readonly<Record<string, string | undefined>> = {
  '1.2.840.10008.1.2.4.50': 'JPEG Baseline',
  '1.2.840.10008.1.2.4.51': 'JPEG Extended',
  '1.2.840.10008.1.2.4.57': 'JPEG Lossless',
  '1.2.840.10008.1.2.4.70': 'JPEG Lossless SV1',
  '1.2.840.10008.1.2.4.80': 'JPEG-LS Lossless',
  '1.2.840.10008.1.2.4.81': 'JPEG-LS',
  '1.2.840.10008.1.2.4.90': 'JPEG 2000 Lossless',
  '1.2.840.10008.1.2.4.91': 'JPEG 2000',
  '1.2.840.10008.1.2.5': 'RLE',
};
const AGE = /^(\d{3})([DWMY])$/;

interface Words {
  day: (iso: string) => string;
  age: (count: number, unit: 'D' | 'W' | 'M' | 'Y') => string;
  uncompressed: string;
}

/** A header's own notation as people write it; what is not understood stays as it is. */
export function readable(key: (typeof PLAIN)[number], value: string, words: Words): string {
  if (key === 'studyDate') {
    const iso = isoOfDicom(value);
    return iso === '' ? value : words.day(iso);
  }
  if (key === 'age') {
    const [, count, unit] = AGE.exec(value) ?? [];
    return unit ? words.age(Number(count), unit as 'D' | 'W' | 'M' | 'Y') : value;
  }
  if (key === 'transferSyntax') {
    return UNCOMPRESSED.has(value) ? words.uncompressed : (SYNTAXES[value] ?? value);
  }
  return value;
}

/** What the DICOM object says of itself; who the patient is only when asked for. */
export function HeaderPanel({ header, film }: { header: Header; film: Film }) {
  const text = useText('viewer');
  const format = useFormat();
  const words = { day: format.day, age: text.header.ageOf, uncompressed: text.header.uncompressed };
  const [revealed, setRevealed] = useState(false);
  const personal = PERSONAL.filter((key) => header[key] !== '');
  return (
    <details className={styles.panel} data-print="off">
      <Disclosure>{text.header.title}</Disclosure>
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
          <Fact key={key} term={text.header[key]} value={readable(key, header[key], words)} />
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
              film.spacing.plane,
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
