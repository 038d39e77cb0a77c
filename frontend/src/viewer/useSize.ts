import { type RefObject, useLayoutEffect, useState } from 'react';
import type { Size } from './view';

/** The element's size in CSS pixels; `null` before it is known, or while it has none. */
export function useSize(element: RefObject<HTMLElement | null>): Size | null {
  const [size, setSize] = useState<Size | null>(null);
  useLayoutEffect(() => {
    const target = element.current;
    if (!target) {
      return;
    }
    const observer = new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = target;
      setSize(width > 0 && height > 0 ? { width, height } : null);
    });
    observer.observe(target);
    return () => observer.disconnect();
  }, [element]);
  return size;
}
