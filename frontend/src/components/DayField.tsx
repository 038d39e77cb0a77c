import { useState } from 'react';

interface DayFieldProps {
  label: string;
  /** How a day is written, as a hint. */
  hint: string;
  className?: string | undefined;
  /** YYYY-MM-DD or empty. */
  value: string;
  onChange: (day: string) => void;
}

const ISO = /^\d{4}-\d\d-\d\d$/;

function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00Z`);
  return ISO.test(text) && !Number.isNaN(day.valueOf()) && day.toISOString().startsWith(text);
}

/** A day in one order for everybody: a browser's own field takes that of the system. */
export function DayField({ label, hint, className, value, onChange }: DayFieldProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const shown = typed ?? value;
  return (
    <input
      className={className}
      inputMode="numeric"
      placeholder={hint}
      aria-label={label}
      maxLength={10}
      value={shown}
      aria-invalid={shown !== '' && !isDay(shown)}
      onChange={({ currentTarget: { value: text } }) => {
        setTyped(text);
        if (text === '' || isDay(text)) {
          onChange(text);
        }
      }}
      onBlur={() => setTyped(null)}
    />
  );
}
