import { Button } from '../components/Button';
import { useText } from '../i18n/context';
import styles from './App.module.css';

/** What is left to say when the page itself failed. */
export function Crash() {
  const text = useText('app');
  return (
    <main className={styles.crash} role="alert">
      <h1>{text.crash.title}</h1>
      <p>{text.crash.detail}</p>
      <Button look="primary" onClick={() => window.location.reload()}>
        {text.crash.reload}
      </Button>
    </main>
  );
}
