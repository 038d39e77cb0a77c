import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './app/styles/tokens.css';
import './app/styles/base.css';
import './app/styles/print.css';
import { App } from './app/App';
import { en, loadCatalogue } from './i18n/catalogue';
import { LanguageProvider } from './i18n/LanguageProvider';
import { type Language, preferredLanguage } from './i18n/languages';
import { keepPage } from './lib/serviceWorker';

const root = document.getElementById('root');
if (!root) {
  throw new Error('index.html has no #root');
}

/** A catalogue that cannot be had must not keep the page from anyone. */
async function start(): Promise<{ language: Language; catalogue: typeof en }> {
  const language = preferredLanguage();
  try {
    return { language, catalogue: await loadCatalogue(language) };
  } catch {
    return { language: 'en', catalogue: en };
  }
}

keepPage();
const initial = await start();
createRoot(root).render(
  <StrictMode>
    <LanguageProvider initial={initial}>
      <App />
    </LanguageProvider>
  </StrictMode>,
);
