import { useText } from '../i18n/context';
import { useService } from '../lib/useService';
import { Announcer } from './Announcer';
import { Button } from './Button';
import { AlertIcon } from './icons';
import styles from './ServiceBanner.module.css';

/** Says so while the service cannot be reached; what is on the page stays of use. */
export function ServiceBanner() {
  const text = useText('app').offline;
  const { state, check } = useService();
  const away = state === 'unreachable' || state === 'checking';
  return (
    <>
      <div role="status">
        {away && (
          <div className={styles.banner}>
            <AlertIcon />
            <p>
              <strong>{text.title}</strong> {text.detail}
            </p>
            <Button look="compact" aria-disabled={state === 'checking'} onClick={check}>
              {state === 'checking' ? text.checking : text.check}
            </Button>
          </div>
        )}
      </div>
      <Announcer message={state === 'back' ? text.back : ''} />
    </>
  );
}
