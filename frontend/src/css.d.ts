import 'react';

declare module 'react' {
  interface CSSProperties {
    /** Custom properties that components hand to their style sheets. */
    [property: `--${string}`]: string | number | undefined;
  }

  interface InputHTMLAttributes<T> {
    /** Lets the dialogue choose a folder; every browser knows it, no standard does. */
    webkitdirectory?: string | undefined;
  }
}
