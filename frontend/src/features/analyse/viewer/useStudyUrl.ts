import { useEffect, useState } from 'react';
import type { Study } from '../types';

/** An address under which the browser may show the study's file; `null` until it exists. */
export function useStudyUrl(study: Study | null): string | null {
  const source = study?.source;
  const [made, setMade] = useState<{ source: File; url: string } | null>(null);
  useEffect(() => {
    if (!(source instanceof File)) {
      return;
    }
    const url = URL.createObjectURL(source);
    setMade({ source, url });
    return () => URL.revokeObjectURL(url);
  }, [source]);
  if (typeof source === 'string') {
    return source;
  }
  // The address of the file before this one must not stand in for it, not even for a moment.
  return made?.source === source ? (made?.url ?? null) : null;
}
