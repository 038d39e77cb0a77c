import { Suspense, useEffect, useRef, useState } from 'react';
import { ErrorBoundary } from '../components/ErrorBoundary';
import { KeyBanner } from '../components/KeyBanner';
import { loadable } from '../components/loadable';
import { ServiceBanner } from '../components/ServiceBanner';
import { ShortcutSheet } from '../components/ShortcutSheet';
import { AnalysePage } from '../features/analyse/AnalysePage';
import { useText } from '../i18n/context';
import { go, type PageName, useRoute } from '../lib/route';
import { PageShown, useShortcutKeys, useShortcuts } from '../lib/shortcuts';
import { useTheme } from '../lib/theme';
import styles from './App.module.css';
import { Crash } from './Crash';
import { Header, SkipLink } from './Header';

const ModelPage = loadable(() => import('../features/model/ModelPage'));

export function App() {
  return (
    <ErrorBoundary fallback={<Crash />}>
      <Page />
    </ErrorBoundary>
  );
}

function Page() {
  const text = useText('app');
  const shared = useText('shared');
  const route = useRoute();
  const { theme, choose } = useTheme();
  const [sheet, setSheet] = useState(false);
  const [keyOpen, setKeyOpen] = useState(false);
  useShortcutKeys();
  useShortcuts('page', [
    { action: 'sheet', keys: ['?'], run: () => setSheet((open) => !open) },
    { action: 'theme', keys: ['t'], run: () => choose(theme === 'dark' ? 'light' : 'dark') },
    { action: 'analyse', keys: ['a'], run: () => go({ page: 'analyse' }) },
    { action: 'model', keys: ['m'], run: () => go({ page: 'model', version: null }) },
  ]);
  useArrivalOnPage(route.page);

  return (
    <>
      <SkipLink page={route.page} />
      <Header
        page={route.page}
        onShortcuts={() => setSheet(true)}
        onKey={() => setKeyOpen(!keyOpen)}
      />
      <ServiceBanner />
      <KeyBanner open={keyOpen} onClose={() => setKeyOpen(false)} />
      <main id="main" tabIndex={-1} className={styles.main}>
        {/* Stays where it is, unseen, so that no result is lost by a look at the model. */}
        <PageShown value={route.page === 'analyse'}>
          <div hidden={route.page !== 'analyse'}>
            <AnalysePage />
          </div>
        </PageShown>
        {route.page === 'model' && (
          <Suspense fallback={<p role="status">{shared.loading}</p>}>
            <ModelPage version={route.version} />
          </Suspense>
        )}
      </main>
      <footer className={styles.footer} data-print="off">
        <p>{text.privacy}</p>
        <p className={styles.links}>
          <a href="/docs">{text.docs}</a>
        </p>
      </footer>
      {sheet && <ShortcutSheet onClose={() => setSheet(false)} />}
    </>
  );
}

/** A new page is read from its top: by eyes and by screen readers. */
function useArrivalOnPage(page: PageName): void {
  const before = useRef(page);
  useEffect(() => {
    if (before.current !== page) {
      before.current = page;
      document.getElementById('main')?.focus({ preventScroll: true });
      window.scrollTo({ top: 0 });
    }
  }, [page]);
}
