import { useEffect, useEffectEvent, useState } from 'react';
import { takesText } from '../../../lib/keys';
import { go, parseRoute } from '../../../lib/route';

export type Way = 'drop' | 'paste';

const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;

/** Whether text that is dropped or pasted belongs to the element; files never do. */
function isForText(data: DataTransfer | null, target: EventTarget | null): boolean {
  return !data?.files.length && takesText(target);
}

interface Intake {
  onTransfer: (data: DataTransfer, way: Way) => void;
  /** Called when what was pasted or dropped holds no file. */
  onNoFile: (way: Way) => void;
}

/**
 * Takes files and folders that are dropped anywhere on the page or pasted into it.
 *
 * @returns whether files hover over the page right now.
 */
export function useIntake({ onTransfer, onNoFile }: Intake): boolean {
  const [hovering, setHovering] = useState(false);
  const take = useEffectEvent((data: DataTransfer | null, way: Way) => {
    if (data && data.files.length > 0) {
      // Where what becomes of it is seen. Already there, it would only add to the history.
      if (parseRoute(window.location.hash).page !== 'analyse') {
        go({ page: 'analyse' });
      }
      onTransfer(data, way);
    } else {
      onNoFile(way);
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
      if (!isForText(event.dataTransfer, event.target)) {
        event.preventDefault();
        take(event.dataTransfer, 'drop');
      }
    };
    const paste = (event: ClipboardEvent) => {
      if (!isForText(event.clipboardData, event.target)) {
        take(event.clipboardData, 'paste');
      }
    };
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
