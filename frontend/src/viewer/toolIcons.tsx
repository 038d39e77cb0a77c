import { Icon } from '../components/icons';

/** Half dark, half bright: what a window divides. */
export const WindowIcon = () => (
  <Icon>
    <circle cx="10" cy="10" r="6.5" />
    <path d="M10 3.5v13a6.5 6.5 0 0 0 0-13" fill="currentColor" />
  </Icon>
);
export const PanIcon = () => (
  <Icon>
    <path d="M10 3v14M3 10h14M8 5l2-2 2 2M8 15l2 2 2-2M5 8l-2 2 2 2M15 8l2 2-2 2" />
  </Icon>
);
export const ZoomInIcon = () => (
  <Icon>
    <circle cx="9" cy="9" r="5" />
    <path d="m13 13 4 4M9 7v4M7 9h4" />
  </Icon>
);
export const ZoomOutIcon = () => (
  <Icon>
    <circle cx="9" cy="9" r="5" />
    <path d="m13 13 4 4M7 9h4" />
  </Icon>
);
export const FitIcon = () => (
  <Icon>
    <path d="M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4" />
    <rect x="7" y="7" width="6" height="6" />
  </Icon>
);
export const RotateIcon = () => (
  <Icon>
    <path d="M15.5 10A5.5 5.5 0 1 1 13 5.4M13 2v4h4" />
  </Icon>
);
export const MirrorIcon = () => (
  <Icon>
    <path d="M10 3v14M7 6l-4 8h4zM13 6l4 8h-4z" />
  </Icon>
);
export const InvertIcon = () => (
  <Icon>
    <rect x="3.5" y="3.5" width="13" height="13" rx="1" />
    <path d="m3.5 16.5 13-13v13z" fill="currentColor" />
  </Icon>
);
export const FullScreenIcon = () => (
  <Icon>
    <path d="M12 3h5v5M8 17H3v-5M17 3l-5.5 5.5M3 17l5.5-5.5" />
  </Icon>
);
export const ZonesIcon = () => (
  <Icon>
    <path d="M4 3.5h12v13H4zM10 3.5v13M4 8h12M4 12.3h12" />
  </Icon>
);
export const ResetIcon = () => (
  <Icon>
    <path d="M3.5 7.5h8a4.5 4.5 0 0 1 0 9H7M6.5 4l-3.5 3.5L6.5 11" />
  </Icon>
);
export const SaveImageIcon = () => (
  <Icon>
    <rect x="3" y="4" width="14" height="12" rx="1" />
    <path d="m3 14 4-4 3 3 3-4 4 5" />
  </Icon>
);
/** A line between two ends. */
export const LengthIcon = () => (
  <Icon>
    <path d="M4 16 16 4M2.5 14.5l3 3M14.5 2.5l3 3" />
  </Icon>
);
/** A heart's width within a chest's. */
export const RatioIcon = () => (
  <Icon>
    <path d="M3 4v12M17 4v12M3 14h14M7 6v5M13 6v5M7 8.5h6" />
  </Icon>
);
export const LensIcon = () => (
  <Icon>
    <circle cx="9" cy="9" r="5.5" />
    <path d="m13 13 4 4" />
    <circle cx="9" cy="9" r="2" />
  </Icon>
);
