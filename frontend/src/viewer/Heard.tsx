import { useState } from 'react';
import hidden from '../components/VisuallyHidden.module.css';
import { useLanguage } from '../i18n/context';
import type { Explanation } from '../lib/prediction';
import type { Overlay } from './overlay';
import { layerOf, overlaidLayer } from './shownMap';

interface HeardProps {
  /** Whose map it is, where the films take turns. */
  film?: number | undefined;
  explanation: Explanation | null;
  /** Whether another one was asked for and has not arrived: until then none is drawn. */
  awaited: boolean;
  overlay: Overlay;
  painted: boolean;
}

/**
 * Says of what the Grad-CAM is that is drawn now, or that it is too weak, once somebody's choice has
 * changed it. Of other maps the sentence would be untrue, and what comes or changes by itself is not
 * asked for: the first map of a film comes with the result, which is heard itself.
 */
export function Heard({ film, explanation, awaited, overlay, painted }: HeardProps) {
  const { language, catalogue } = useLanguage();
  const { announceTarget, announceWeak } = catalogue.viewer;
  const gradCam =
    explanation && (painted ? overlaidLayer : layerOf)(explanation, overlay.layer) === 'grad-cam';
  // The service draws a weak one all the same.
  const weak = !painted && explanation?.low_signal === true;
  const map = explanation && (gradCam ? `${explanation.target}, ${weak}` : 'opacity');
  const drawn = awaited ? null : map;
  const seen = painted || (!overlay.hidden && overlay.opacity > 0);
  // Where one of these is another, so may the map be, without anybody's choice.
  const of = `${film}, ${explanation !== null}, ${painted}, ${language}`;
  const [last, setLast] = useState<Last>({ of, drawn, heard: false });
  const now = following(last, { of, drawn, seen });
  if (now !== last) {
    setLast(now);
  }
  const announce = weak ? announceWeak : announceTarget;
  return (
    <p className={hidden.hidden} aria-live="polite">
      {now.heard && gradCam && announce(explanation.target)}
    </p>
  );
}

interface Last {
  readonly of: string;
  /** What was drawn when a map was last seen, or first there; not its sentence, which may change alone. */
  readonly drawn: string | null;
  readonly heard: boolean;
}

function following(
  last: Last,
  { of, drawn, seen }: Pick<Last, 'of' | 'drawn'> & { seen: boolean },
): Last {
  if (last.of !== of || (last.drawn === null && drawn !== null)) {
    return { of, drawn, heard: false };
  }
  // Remembered while it is not seen: the same one, shown again, is nothing new.
  if (!seen || drawn === null) {
    return last.heard ? { ...last, heard: false } : last;
  }
  return last.drawn === drawn ? last : { of, drawn, heard: true };
}
