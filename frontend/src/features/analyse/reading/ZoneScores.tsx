import hidden from '../../../components/VisuallyHidden.module.css';
import { useText } from '../../../i18n/context';
import { ZONE_MOST } from '../../../lib/grades';
import type { Zone } from '../../../lib/prediction';
import type { Reading } from '../../../lib/reading';
import styles from './Reading.module.css';

/** As they lie in the image: the patient's right lung on its left. */
const ORDER = ['A', 'D', 'B', 'E', 'C', 'F'] as const satisfies readonly Zone[];
const SCORES = Array.from({ length: ZONE_MOST + 1 }, (_, score) => score);

interface ZoneScoresProps {
  zones: Reading['zones'];
  onChange: (zones: Reading['zones']) => void;
}

/** The keys that take a score off, as they take away what is written. */
const OFF = ['Delete', 'Backspace'];

/** The reader's own score of each zone, 0 to 3; one that slipped is taken off by pressing it again. */
export function ZoneScores({ zones, onChange }: ZoneScoresProps) {
  const text = useText('reading');
  const lungs = useText('analyse').brixia;
  const takeOff = (zone: Zone) => {
    const { [zone]: _, ...others } = zones;
    onChange(others);
  };
  return (
    <div className={styles.zones}>
      <span aria-hidden="true">{lungs.rightLung}</span>
      <span aria-hidden="true">{lungs.leftLung}</span>
      {ORDER.map((zone) => (
        <fieldset key={zone} className={styles.zone} title={text.zoneOff}>
          <legend className={styles.letter}>
            <span className={hidden.hidden}>{text.zone(zone)}</span>
            <span aria-hidden="true">{zone}</span>
          </legend>
          {SCORES.map((score) => (
            <label key={score} className={styles.score}>
              <input
                type="radio"
                name={`zone-${zone}`}
                checked={zones[zone] === score}
                onChange={() => onChange({ ...zones, [zone]: score })}
                // Of one that is checked already nothing else is heard.
                onClick={() => zones[zone] === score && takeOff(zone)}
                onKeyDown={(event) => {
                  if (OFF.includes(event.key) && zones[zone] === score) {
                    event.preventDefault();
                    takeOff(zone);
                  }
                }}
              />
              <span>{score}</span>
            </label>
          ))}
        </fieldset>
      ))}
    </div>
  );
}
