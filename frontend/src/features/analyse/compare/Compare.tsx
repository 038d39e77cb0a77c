import { useState } from 'react';
import { Button } from '../../../components/Button';
import { useFormat, useText } from '../../../i18n/context';
import type { Target } from '../../../lib/prediction';
import { OverlayControls } from '../../../viewer/OverlayControls';
import type { Overlay } from '../../../viewer/overlay';
import Viewer from '../../../viewer/Viewer';
import { FITTED, type View } from '../../../viewer/view';
import { SeverityGlyph } from '../result/SeverityGlyph';
import type { State } from '../shownState';
import styles from './Compare.module.css';

export interface Side {
  readonly id: number;
  readonly state: Exclude<State, { phase: 'empty' }>;
  /** YYYY-MM-DD or empty. */
  readonly date: string;
}

interface CompareProps {
  /** The older film first where both have a date. */
  sides: readonly [Side, Side];
  overlay: Overlay;
  onOverlay: (overlay: Overlay) => void;
  onTarget: (id: number, target: Target) => void;
  onEnd: () => void;
}

/** Two films side by side; zoom, place and turns go together while they are linked. */
export default function Compare({ sides, overlay, onOverlay, onTarget, onEnd }: CompareProps) {
  const text = useText('viewer');
  const [linked, setLinked] = useState(true);
  const [views, setViews] = useState<readonly [View, View]>([FITTED, FITTED]);
  const move = (index: 0 | 1, view: View) =>
    setViews(linked ? [view, view] : index === 0 ? [view, views[1]] : [views[0], view]);
  // One question to both films: maps of different grades would not compare.
  const [target = 'predicted'] = sides.flatMap(({ state }) =>
    state.phase === 'done' ? (state.pending ?? state.target) : [],
  );
  const link = () => {
    setLinked(!linked);
    if (!linked) {
      setViews([views[0], views[0]]);
    }
  };
  return (
    <>
      <div className={styles.bar}>
        <h2 className={styles.title}>{text.compare.title}</h2>
        <Button look="compact" aria-pressed={linked} onClick={link}>
          {text.compare.link}
        </Button>
        <Button look="compact" onClick={onEnd}>
          {text.compare.end}
        </Button>
      </div>
      <div className={styles.sides}>
        {([0, 1] as const).map((index) => {
          const { id, state } = sides[index];
          return (
            <section key={id} className={styles.side} aria-label={state.study.name}>
              <Caption side={sides[index]} />
              <Viewer
                study={state.study}
                result={state.phase === 'done' ? state : null}
                busy={state.phase === 'running'}
                view={views[index]}
                overlay={overlay}
                onView={(view) => move(index, view)}
                onOverlay={onOverlay}
                onTarget={(target) => onTarget(id, target)}
                bare
              />
            </section>
          );
        })}
      </div>
      <OverlayControls
        overlay={overlay}
        target={target}
        onOverlay={onOverlay}
        onTarget={(next) => {
          for (const { id, state } of sides) {
            if (state.phase === 'done') {
              onTarget(id, next);
            }
          }
        }}
      />
    </>
  );
}

function Caption({ side: { state, date } }: { side: Side }) {
  const { severities } = useText('shared');
  const format = useFormat();
  return (
    <p className={styles.caption}>
      <span className={styles.name}>{state.study.name}</span>
      {date !== '' && <time dateTime={date}>{format.date(new Date(`${date}T12:00`))}</time>}
      {state.phase === 'done' && (
        <span className={styles.grade} data-severity={state.shown.severity}>
          <SeverityGlyph severity={state.shown.severity} />
          {severities[state.shown.severity]} {format.probability(state.shown.confidence)}
        </span>
      )}
    </p>
  );
}
