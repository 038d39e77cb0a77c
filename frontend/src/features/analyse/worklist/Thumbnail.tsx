import { useEffect, useState } from 'react';
import type { Study } from '../../../lib/study';
import styles from './Thumbnail.module.css';

/** A film's picture in its row; black until it is there, and where this page cannot show the file. */
export function Thumbnail({ study: { source } }: { study: Study }) {
  const [picture, setPicture] = useState<string | null>(null);
  useEffect(() => {
    const controller = new AbortController();
    // The decoders travel apart from the first load.
    import('../../../viewer/thumbnailOf')
      .then(({ thumbnailOf }) => thumbnailOf({ source }, controller.signal))
      .then(
        (made) => controller.signal.aborted || setPicture(made),
        () => undefined,
      );
    return () => controller.abort();
  }, [source]);
  return <span className={styles.picture}>{picture && <img src={picture} alt="" />}</span>;
}
