import { text } from './messages';

interface ServiceLinksProps {
  /** Of the default model; `null` while the service has told none. */
  version: string | null;
}

/** Links to what the service says about itself. */
export function ServiceLinks({ version }: ServiceLinksProps) {
  return (
    <>
      {version && <a href={`/models/${encodeURIComponent(version)}/card`}>{text.card(version)}</a>}
      <a href="/docs">{text.docs}</a>
    </>
  );
}
