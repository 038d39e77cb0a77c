import { useEffect, useEffectEvent, useState } from 'react';

const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;

/**
 * Takes files that are dropped anywhere on the page or pasted into it.
 *
 * @returns whether files hover over the page right now.
 */
export function useIntake(onFiles: (files: File[], from: 'drop' | 'paste') => void): boolean {
  const [hovering, setHovering] = useState(false);
  const take = useEffectEvent((list: FileList | undefined, from: 'drop' | 'paste') => {
    if (list && list.length > 0) {
      onFiles([...list], from);
    }
  });

  useEffect(() => {
    const over = (event: DragEvent) => {
      if (carriesFiles(event)) {
        // Without this the browser would leave the page and open the file.
        event.preventDefault();
        setHovering(true);
      }
    };
    const leave = (event: DragEvent) => {
      // Only leaving the window has nowhere to go next.
      if (event.relatedTarget === null) {
        setHovering(false);
      }
    };
    const drop = (event: DragEvent) => {
      setHovering(false);
      if (carriesFiles(event)) {
        event.preventDefault();
        take(event.dataTransfer?.files, 'drop');
      }
    };
    const paste = (event: ClipboardEvent) => take(event.clipboardData?.files, 'paste');
    const listening = new AbortController();
    const { signal } = listening;
    window.addEventListener('dragenter', over, { signal });
    window.addEventListener('dragover', over, { signal });
    window.addEventListener('dragleave', leave, { signal });
    window.addEventListener('drop', drop, { signal });
    window.addEventListener('paste', paste, { signal });
    return () => listening.abort();
  }, []);

  return hovering;
}
