import { useEffect, useState } from 'react';
import Markdown, { type Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import { Button } from '../../components/Button';
import { useText } from '../../i18n/context';
import { http, settle } from '../../lib/http';
import styles from './Card.module.css';

/** One level down: the page has its own heading. A table scrolls within itself. */
const ELEMENTS: Components = {
  h1: ({ children }) => <h3>{children}</h3>,
  h2: ({ children }) => <h4>{children}</h4>,
  h3: ({ children }) => <h5>{children}</h5>,
  // A table's corner heads nothing.
  th: ({ children }) => (children ? <th>{children}</th> : <td />),
  table: ({ children }) => (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
    <div className={styles.scroll} tabIndex={0}>
      <table>{children}</table>
    </div>
  ),
};

/** The model card, rendered without any of the HTML that it might hold. */
export default function Card({ version }: { version: string }) {
  const text = useText('model');
  const shared = useText('shared');
  const [card, setCard] = useState<string | null>(null);
  const [failed, setFailed] = useState(false);
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt is another request.
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const params = { path: { version } };
    settle(http.GET('/models/{version}/card', { params, parseAs: 'text', signal })).then(
      (outcome) => {
        if (outcome.ok) {
          setCard(outcome.value);
        } else {
          setFailed(!signal.aborted);
        }
      },
    );
    return () => controller.abort();
  }, [version, attempt]);
  if (failed) {
    return (
      <div role="alert">
        <p>{text.cardFailed}</p>
        <Button
          look="compact"
          onClick={({ currentTarget }) => {
            // The button goes: the focus must not start again from the top of the page.
            currentTarget.closest<HTMLElement>('main')?.focus({ preventScroll: true });
            setFailed(false);
            setAttempt(attempt + 1);
          }}
        >
          {shared.retry}
        </Button>
      </div>
    );
  }
  if (card === null) {
    return <p role="status">{shared.loading}</p>;
  }
  return (
    <article className={styles.card} lang="en">
      <Markdown remarkPlugins={[remarkGfm]} components={ELEMENTS} skipHtml>
        {card}
      </Markdown>
    </article>
  );
}
