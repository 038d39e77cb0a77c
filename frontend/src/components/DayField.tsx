import { useId, useState } from 'react';
import { dayOrNone, isDayOfFilm } from '../lib/days';

interface DayFieldProps {
  label: string;
  /** How a day is written, as a hint. */
  hint: string;
  /** What is said of a text that is no day, and of a day that no film can be of. */
  faults: { readonly unwritten: string; readonly impossible: string };
  className?: string | undefined;
  faultClassName?: string | undefined;
  /** YYYY-MM-DD or empty. */
  value: string;
  /** What was left in the field although it is no day; `null` where nothing was. */
  draft: string | null;
  onDraft: (draft: string | null) => void;
  onChange: (day: string) => void;
}

const ISO = /^\d{4}-\d\d-\d\d$/;

const isDay = (text: string): boolean => ISO.test(text) && dayOrNone(text) !== '';

/**
 * A day in one order for everybody: a browser's own field takes that of the system. What is no day is
 * not taken, and stays to be mended, with the reason; while it is typed, that would come too early.
 */
export function DayField(props: DayFieldProps) {
  const { label, hint, faults, className, faultClassName, value, draft, onDraft, onChange } = props;
  const [typed, setTyped] = useState<string | null>(null);
  const id = useId();
  const shown = typed ?? draft ?? value;
  const wrong = shown !== '' && !(isDay(shown) && isDayOfFilm(shown));
  const told = wrong && typed === null;
  return (
    <>
      <input
        className={className}
        inputMode="numeric"
        placeholder={hint}
        aria-label={label}
        aria-describedby={told ? id : undefined}
        maxLength={10}
        value={shown}
        aria-invalid={wrong}
        onChange={({ currentTarget: { value: text } }) => {
          setTyped(text);
          if (text === '' || (isDay(text) && isDayOfFilm(text))) {
            onChange(text);
          }
        }}
        onBlur={() => {
          if (typed !== null) {
            onDraft(wrong ? typed : null);
            setTyped(null);
          }
        }}
      />
      <span id={id} className={told ? faultClassName : undefined} role="status">
        {told && (isDay(shown) ? faults.impossible : faults.unwritten)}
      </span>
    </>
  );
}
