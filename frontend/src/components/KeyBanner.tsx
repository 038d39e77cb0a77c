import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { useText } from '../i18n/context';
import { holdKey, isSendable, useKeyHeld, useKeyWanted } from '../lib/apiKey';
import { tryKey } from '../lib/http';
import { Announcer } from './Announcer';
import { Button } from './Button';
import { KeyIcon } from './icons';
import styles from './KeyBanner.module.css';

interface KeyBannerProps {
  /** Whether somebody wants to change the key; it is there by itself where the service asks. */
  open: boolean;
  onClose: () => void;
}

/** Asks for the key that the service wants. It takes no focus: people may be at a film meanwhile. */
export function KeyBanner({ open, onClose }: KeyBannerProps) {
  const text = useText('app').key;
  const shared = useText('shared');
  const wanted = useKeyWanted();
  const held = useKeyHeld();
  const [typed, setTyped] = useState('');
  const [trying, setTrying] = useState(false);
  const [taken, setTaken] = useState(false);
  const [unsendable, setUnsendable] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const note = useId();
  const field = useId();
  const shown = open || wanted !== null;
  useEffect(() => {
    if (open) {
      input.current?.focus();
    }
  }, [open]);

  const close = () => {
    setTyped('');
    setUnsendable(false);
    onClose();
    // What has the focus goes.
    document.getElementById('main')?.focus({ preventScroll: true });
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const next = typed.trim();
    setUnsendable(!isSendable(next));
    if (trying || !isSendable(next)) {
      return;
    }
    setTaken(false);
    setTrying(true);
    const took = await tryKey(next);
    setTrying(false);
    if (took) {
      setTaken(true);
      close();
    } else {
      input.current?.select();
    }
  };
  const refused = unsendable || wanted === 'refused';
  return (
    <>
      <div role="status" className={styles.note} data-print="off">
        {shown && (
          <p id={note}>
            <KeyIcon /> {refused ? text.refused : wanted === 'missing' ? text.missing : text.held}
          </p>
        )}
      </div>
      {shown && (
        <form className={styles.form} aria-labelledby={note} data-print="off" onSubmit={submit}>
          <label htmlFor={field}>{text.label}</label>
          {/* Without a name: a form that was sent by the browser would hold the key in its address. */}
          <input
            ref={input}
            id={field}
            type="password"
            autoComplete="off"
            spellCheck={false}
            required
            aria-describedby={note}
            aria-invalid={refused}
            value={typed}
            onChange={({ currentTarget: { value } }) => setTyped(value)}
          />
          <Button look="primary" type="submit" aria-disabled={trying}>
            {trying ? text.trying : text.use}
          </Button>
          {held && (
            <Button
              onClick={() => {
                holdKey(null);
                close();
              }}
            >
              {text.forget}
            </Button>
          )}
          {open && wanted === null && <Button onClick={close}>{shared.close}</Button>}
        </form>
      )}
      <Announcer message={taken && !shown ? text.taken : ''} />
    </>
  );
}
