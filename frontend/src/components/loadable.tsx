import { Component, type ComponentType, lazy, type ReactElement, type ReactNode } from 'react';
import { useText } from '../i18n/context';
import { Button } from './Button';
import styles from './loadable.module.css';

type Load<P> = () => Promise<{ default: ComponentType<P> }>;

/**
 * A part of the page whose script is fetched when it is first shown. Where it cannot be had, or
 * fails, that is said in its place and can be tried again: the rest of the page, with all results
 * and what was typed, stays as it is. Show it inside a `Suspense`.
 */
export function loadable<P extends object>(load: Load<P>): (props: P) => ReactElement {
  let Part = lazy(load);
  // React keeps a rejection for as long as the lazy component lives. Older browsers keep it too, by
  // the script's address, until the page is reloaded (whatwg/html#6768): hence the last words said.
  const renew = () => {
    Part = lazy(async () => {
      await failedStyles();
      return load();
    });
  };
  return (props) => <Boundary part={() => <Part {...props} />} renew={renew} />;
}

interface BoundaryProps {
  part: () => ReactNode;
  renew: () => void;
}

class Boundary extends Component<BoundaryProps, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override componentDidCatch(): void {
    // At once: whoever opens another film, or comes back to this part, has asked again too.
    this.props.renew();
  }

  override render(): ReactNode {
    return this.state.failed ? (
      <Failed onRetry={() => this.setState({ failed: false })} />
    ) : (
      this.props.part()
    );
  }
}

function Failed({ onRetry }: { onRetry: () => void }) {
  const text = useText('app').unloaded;
  const { retry } = useText('shared');
  return (
    <div className={styles.failed} role="alert">
      <p>
        <strong>{text.title}</strong> {text.detail}
      </p>
      <Button
        look="compact"
        onClick={({ currentTarget }) => {
          // The button goes: the focus must not start again from the top of the page.
          currentTarget.closest<HTMLElement>('main')?.focus({ preventScroll: true });
          onRetry();
        }}
      >
        {retry}
      </Button>
    </div>
  );
}

const failed = new Set<HTMLLinkElement>();

// Such errors do not rise to the window, but they come down past it.
window.addEventListener(
  'error',
  ({ target }) => {
    if (target instanceof HTMLLinkElement && target.rel === 'stylesheet') {
      failed.add(target);
    }
  },
  true,
);

/** Fetches anew the style sheets that failed: what Vite makes of `import()` asks for each once. */
async function failedStyles(): Promise<void> {
  const links = [...failed];
  failed.clear();
  await Promise.all(
    links.map(
      (link) =>
        new Promise((resolve, reject) => {
          const again = link.cloneNode() as HTMLLinkElement;
          again.addEventListener('load', resolve);
          again.addEventListener('error', reject);
          link.replaceWith(again);
        }),
    ),
  );
}
