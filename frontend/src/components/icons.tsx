import type { ReactNode, SVGProps } from 'react';

/** The frame that every icon shares. */
export function Icon({ children, ...rest }: SVGProps<SVGSVGElement> & { children: ReactNode }) {
  return (
    <svg
      viewBox="0 0 20 20"
      width="20"
      height="20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      {...rest}
    >
      {children}
    </svg>
  );
}

export const SunIcon = () => (
  <Icon>
    <circle cx="10" cy="10" r="3.4" />
    <path d="M10 2.2v1.6M10 16.2v1.6M2.2 10h1.6M16.2 10h1.6M4.5 4.5l1.1 1.1M14.4 14.4l1.1 1.1M15.5 4.5l-1.1 1.1M5.6 14.4l-1.1 1.1" />
  </Icon>
);

export const MoonIcon = () => (
  <Icon>
    <path d="M16.4 12.3A7 7 0 0 1 7.7 3.6a7 7 0 1 0 8.7 8.7Z" />
  </Icon>
);

export const DownloadIcon = () => (
  <Icon>
    <path d="M10 3v9.5M6.2 8.9 10 12.7l3.8-3.8M3.8 16.4h12.4" />
  </Icon>
);

export const OpenIcon = () => (
  <Icon>
    <path d="M10 16.4V6.9M6.2 10.7 10 6.9l3.8 3.8M3.8 3.4h12.4" />
  </Icon>
);

export const AlertIcon = () => (
  <Icon>
    <circle cx="10" cy="10" r="7.4" />
    <path d="M10 6.2v4.6M10 13.7v.1" />
  </Icon>
);

export const ChevronIcon = () => (
  <Icon>
    <path d="m7.5 5 5 5-5 5" />
  </Icon>
);

export const KeyIcon = () => (
  <Icon>
    <circle cx="6.4" cy="13.6" r="3.6" />
    <path d="m9 11 7.6-7.6M13.4 6.6l2.2 2.2" />
  </Icon>
);

export const KeyboardIcon = () => (
  <Icon>
    <rect x="2.4" y="5" width="15.2" height="10" rx="1.6" />
    <path d="M5.4 8.2v.1M8.5 8.2v.1M11.5 8.2v.1M14.6 8.2v.1M6.6 11.8h6.8" />
  </Icon>
);

export const FolderIcon = () => (
  <Icon>
    <path d="M2.8 15.5v-11h5l1.6 2h7.8v9z" />
  </Icon>
);

export const CrossIcon = () => (
  <Icon>
    <path d="m5.5 5.5 9 9M14.5 5.5l-9 9" />
  </Icon>
);

export const RetryIcon = () => (
  <Icon>
    <path d="M15.5 10A5.5 5.5 0 1 1 13 5.4M13 2v4h4" />
  </Icon>
);

export const CompareIcon = () => (
  <Icon>
    <path d="M3 4h6v12H3zM11 4h6v12h-6z" />
  </Icon>
);
