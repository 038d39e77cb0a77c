import { ErrorBoundary } from '../components/ErrorBoundary';
import { AnalysePage } from '../features/analyse/AnalysePage';
import { ServiceLinks } from '../features/model/ServiceLinks';
import { useDefaultVersion } from '../features/model/useDefaultVersion';
import styles from './App.module.css';
import { Crash } from './Crash';
import { Header } from './Header';
import { text } from './messages';

export function App() {
  return (
    <ErrorBoundary fallback={<Crash />}>
      <Page />
    </ErrorBoundary>
  );
}

function Page() {
  const links = <ServiceLinks version={useDefaultVersion()} />;
  return (
    <>
      <a href="#main" className={styles.skip}>
        {text.skip}
      </a>
      <Header links={links} />
      <main id="main" tabIndex={-1} className={styles.main}>
        <AnalysePage />
      </main>
      <footer className={styles.footer}>
        <p>{text.privacy}</p>
        <p className={styles.links}>{links}</p>
      </footer>
    </>
  );
}
