import type { MouseEvent, ReactNode } from 'react';
import { useKeyHeld } from '../../lib/apiKey';
import { saveBlob } from '../../lib/download';
import { http, settle } from '../../lib/http';

interface RawLinkProps {
  path: '/models/{version}' | '/models/{version}/card';
  href: string;
  version: string;
  children: ReactNode;
}

/** To what the service tells of a version. A link shows no key: with one, the file is saved. */
export function RawLink({ path, href, version, children }: RawLinkProps) {
  const held = useKeyHeld();
  const save = async (event: MouseEvent) => {
    if (!held) {
      return;
    }
    event.preventDefault();
    const params = { path: { version } };
    const outcome = await settle<Blob>(http.GET(path, { params, parseAs: 'blob' }));
    if (outcome.ok) {
      saveBlob(outcome.value, path.endsWith('card') ? `${version}.md` : `${version}.json`);
    }
  };
  return (
    <a href={href} onClick={save}>
      {children}
    </a>
  );
}
