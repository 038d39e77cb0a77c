import { Fragment, useId, useLayoutEffect, useRef, useState } from 'react';
import { useText } from '../i18n/context';
import { partsOf } from '../lib/keys';
import { shortcutsAreOn, shortcutsInUse, switchShortcuts } from '../lib/shortcuts';
import { Button } from './Button';
import styles from './ShortcutSheet.module.css';

/** The shortcuts that work right now, in a dialogue of its own. Mounted while it is open. */
export function ShortcutSheet({ onClose }: { onClose: () => void }) {
  const text = useText('shortcuts');
  const shared = useText('shared');
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  const note = useId();
  const [on, setOn] = useState(shortcutsAreOn);
  useLayoutEffect(() => {
    const { current } = dialog;
    current?.showModal();
    // Closed before it goes, it gives the focus back to what had it.
    return () => current?.close();
  }, []);
  const groups = [...shortcutsInUse()];

  return (
    <dialog
      ref={dialog}
      className={styles.sheet}
      aria-labelledby={title}
      onClose={({ currentTarget: { open } }) => {
        // What was opened again meanwhile, as React does in development, is not closed.
        if (!open) {
          onClose();
        }
      }}
    >
      <div className={styles.head}>
        <h2 id={title}>{text.title}</h2>
        <Button look="compact" onClick={() => dialog.current?.close()}>
          {shared.close}
        </Button>
      </div>
      {groups.length === 0 && <p>{text.none}</p>}
      {groups.map(([group, shortcuts]) => (
        <section key={group} aria-label={text.groups[group]}>
          <h3 className={styles.group}>{text.groups[group]}</h3>
          <dl className={styles.list}>
            {shortcuts.map(({ action, keys }) => (
              <div key={action} className={styles.row}>
                <dt>{text.actions[action]}</dt>
                <dd>
                  {keys.map((pattern, index) => (
                    <Fragment key={pattern}>
                      {index > 0 && ` ${text.or} `}
                      <Keys pattern={pattern} />
                    </Fragment>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      <label className={styles.toggle}>
        <input
          type="checkbox"
          checked={on}
          aria-describedby={note}
          onChange={({ currentTarget: { checked } }) => {
            switchShortcuts(checked);
            setOn(shortcutsAreOn());
          }}
        />
        {text.singleKeys}
      </label>
      <p id={note} className={styles.note}>
        {text.singleKeysNote}
      </p>
    </dialog>
  );
}

function Keys({ pattern }: { pattern: string }) {
  const names = useText('shortcuts').keys;
  return partsOf(pattern).map((part, index) => (
    <Fragment key={part}>
      {index > 0 && '+'}
      <kbd className={styles.key}>{names[part] ?? part.toUpperCase()}</kbd>
    </Fragment>
  ));
}
