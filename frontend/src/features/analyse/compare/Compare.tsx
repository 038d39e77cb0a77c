import { type Dispatch, type SetStateAction, useCallback, useRef, useState } from 'react';
import { Button } from '../../../components/Button';
import { useFormat, useText } from '../../../i18n/context';
import type { Target } from '../../../lib/prediction';
import { useShortcuts } from '../../../lib/shortcuts';
import type { Film } from '../../../viewer/decode/film';
import { type Measured, UNMEASURED } from '../../../viewer/measure';
import { OverlayControls } from '../../../viewer/OverlayControls';
import type { Overlay, SetOverlay } from '../../../viewer/overlay';
import { Tools } from '../../../viewer/Tools';
import type { Tool } from '../../../viewer/useGestures';
import type { ChosenTone } from '../../../viewer/useTone';
import Viewer from '../../../viewer/Viewer';
import { FITTED, type View } from '../../../viewer/view';
import { Marks } from '../Marks';
import { SeverityGlyph } from '../result/SeverityGlyph';
import type { State } from '../shownState';
import styles from './Compare.module.css';
import { Curtain, CurtainSteps } from './Curtain';

export interface Side {
  readonly id: number;
  readonly state: Exclude<State, { phase: 'empty' }>;
  /** YYYY-MM-DD or empty. */
  readonly date: string;
  /** What a picture of it that is saved says beneath it. */
  readonly caption: readonly string[];
}

interface CompareProps {
  /** The older film first where both have a date. */
  sides: readonly [Side, Side];
  overlay: Overlay;
  onOverlay: SetOverlay;
  onTarget: (id: number, target: Target) => void;
  onEnd: () => void;
}

/**
 * Two films in level, the older on the left: one toolbar, and what is done to one is done to both
 * while they are linked.
 */
export default function Compare({ sides, overlay, onOverlay, onTarget, onEnd }: CompareProps) {
  const text = useText('viewer');
  const pane = useRef<HTMLDivElement>(null);
  const curtainButton = useRef<HTMLButtonElement>(null);
  const frames = [useRef<HTMLDivElement>(null), useRef<HTMLDivElement>(null)] as const;
  const [linked, setLinked] = useState(true);
  const [layout, setLayout] = useState<Layout>(SIDE_BY_SIDE);
  const over = layout.kind === 'over' ? layout.side : null;
  const curtain = layout.kind === 'curtain' ? layout.at : null;
  /** The side that was touched last. */
  const [active, setActive] = useState<0 | 1>(0);
  /** Whose the toolbar is, where they are not linked: of two that lie over one another the one seen. */
  const shown = over ?? active;
  const [films, setFilms] = useState<readonly [Film | null, Film | null]>([null, null]);
  const [views, setViews] = useState<readonly [View, View]>([FITTED, FITTED]);
  const [tones, setTones] = useState<readonly [Tone, Tone]>([null, null]);
  const [tool, setTool] = useState<Tool>('window');
  const [lens, setLens] = useState(false);
  const change = <T,>(pair: readonly [T, T], index: 0 | 1, value: T): readonly [T, T] =>
    linked ? [value, value] : replaced(pair, index, value);
  /** Each film's own, also where they are linked. */
  const [measured, setMeasured] = useState<readonly [Measured, Measured]>([UNMEASURED, UNMEASURED]);
  const measure = (index: 0 | 1, now: Measured) =>
    setMeasured((before) => replaced(before, index, now));
  const onFilm = [
    useOnFilm(0, setFilms, setMeasured),
    useOnFilm(1, setFilms, setMeasured),
  ] as const;
  // One question to both films: maps of different grades would not compare.
  const [target = 'predicted'] = sides.flatMap(({ state }) =>
    state.phase === 'done' ? (state.pending ?? state.target) : [],
  );
  const flicker = () => setLayout({ kind: 'over', side: over === 0 ? 1 : 0 });
  const moveCurtain = (at: number) => setLayout({ kind: 'curtain', at });
  const drawCurtain = () => (curtain === null ? moveCurtain(50) : setLayout(SIDE_BY_SIDE));
  const link = () => {
    setLinked(!linked);
    if (!linked) {
      setViews([views[shown], views[shown]]);
      setTones([tones[shown], tones[shown]]);
    }
  };
  useShortcuts('viewer', [
    { action: 'flickerFilms', keys: ['x'], run: flicker },
    { action: 'curtainFilms', keys: ['d'], run: drawCurtain },
  ]);
  const film = films[shown];
  const { state } = sides[shown];
  return (
    <div ref={pane} className={styles.pane}>
      <div className={styles.bar}>
        <h2 className={styles.title}>{text.compare.title}</h2>
        <div className={styles.choices} data-print="off">
          <Button look="compact" aria-pressed={linked} onClick={link}>
            {text.compare.link}
          </Button>
          <Button
            look="compact"
            aria-pressed={over !== null}
            title={`${text.compare.over} (X)`}
            onClick={() => setLayout(over === null ? { kind: 'over', side: 0 } : SIDE_BY_SIDE)}
          >
            {text.compare.over}
          </Button>
          <Button
            ref={curtainButton}
            look="compact"
            aria-pressed={curtain !== null}
            title={`${text.compare.curtain} (D)`}
            onClick={drawCurtain}
          >
            {text.compare.curtain}
          </Button>
          {curtain !== null && (
            <CurtainSteps at={curtain} onMove={moveCurtain} heir={curtainButton} />
          )}
          <Button look="compact" onClick={onEnd}>
            {text.compare.end}
          </Button>
        </div>
      </div>
      {film && (
        <Tools
          study={state.study}
          film={film}
          result={state.phase === 'done' ? state : null}
          view={views[shown]}
          tone={tones[shown]}
          tool={tool}
          lens={lens}
          overlay={overlay}
          measured={measured[shown]}
          caption={sides[shown].caption}
          pane={pane}
          frame={frames[shown]}
          onView={(view) => setViews(change(views, shown, view))}
          onTone={(tone) => setTones(change(tones, shown, tone))}
          onTool={setTool}
          onLens={setLens}
          onOverlay={onOverlay}
        />
      )}
      <div
        className={styles.sides}
        data-layout={layout.kind}
        style={curtain === null ? undefined : { '--curtain': `${curtain}%` }}
      >
        {([0, 1] as const).map((index) => {
          const side = sides[index];
          return (
            <section
              key={side.id}
              className={styles.side}
              aria-label={side.state.study.name}
              hidden={over !== null && over !== index}
              onPointerDownCapture={() => setActive(index)}
              onFocusCapture={() => setActive(index)}
            >
              <Caption side={side} />
              <Viewer
                study={side.state.study}
                date={side.date}
                result={side.state.phase === 'done' ? side.state : null}
                busy={side.state.phase === 'running'}
                view={views[index]}
                tone={tones[index]}
                tool={tool}
                lens={lens}
                overlay={overlay}
                beside={layout.kind === 'beside'}
                measured={measured[index]}
                onMeasured={(now) => measure(index, now)}
                frame={frames[index]}
                onView={(view) => setViews(change(views, index, view))}
                onTone={(tone) => setTones(change(tones, index, tone))}
                onTarget={(next) => onTarget(side.id, next)}
                onFilm={onFilm[index]}
              />
            </section>
          );
        })}
        {curtain !== null && <Curtain at={curtain} onMove={moveCurtain} heir={curtainButton} />}
        <OverlayControls
          overlay={overlay}
          target={target}
          explanation={state.phase === 'done' ? state.shown.explanation : null}
          awaited={state.phase === 'done' && state.pending !== null}
          film={sides[shown].id}
          onOverlay={onOverlay}
          onTarget={(next) => {
            for (const { id, state: graded } of sides) {
              if (graded.phase === 'done') {
                onTarget(id, next);
              }
            }
          }}
        />
      </div>
    </div>
  );
}

type Tone = ChosenTone | null;
type SetPair<T> = Dispatch<SetStateAction<readonly [T, T]>>;

const replaced = <T,>(pair: readonly [T, T], index: 0 | 1, value: T): readonly [T, T] =>
  index === 0 ? [value, pair[1]] : [pair[0], value];

/** A film comes, or goes with what was measured on it. */
function useOnFilm(
  index: 0 | 1,
  setFilms: SetPair<Film | null>,
  setMeasured: SetPair<Measured>,
): (film: Film | null) => void {
  return useCallback(
    (film) => {
      setFilms((before) => replaced(before, index, film));
      setMeasured((before) => replaced(before, index, UNMEASURED));
    },
    [index, setFilms, setMeasured],
  );
}

/** How two films lie: beside one another, one over the other, or parted by a curtain. */
type Layout =
  | { readonly kind: 'beside' }
  /** `side` is the one that is seen. */
  | { readonly kind: 'over'; readonly side: 0 | 1 }
  /** `at`: per cent of the width that the older one has. */
  | { readonly kind: 'curtain'; readonly at: number };
const SIDE_BY_SIDE: Layout = { kind: 'beside' };

function Caption({ side: { state, date } }: { side: Side }) {
  const { severities } = useText('shared');
  const worklist = useText('worklist');
  const format = useFormat();
  return (
    <p className={styles.caption}>
      <span className={styles.name} title={state.study.name}>
        {state.study.name}
      </span>{' '}
      {date !== '' && <time dateTime={date}>{format.day(date)}</time>}{' '}
      {state.phase === 'done' && (
        <>
          <span className={styles.grade} data-severity={state.shown.severity}>
            <SeverityGlyph severity={state.shown.severity} />
            {severities[state.shown.severity]} {format.probability(state.shown.confidence)}
            {' · '}
            {worklist.series.brixia(format.score(state.shown.brixia.total))}
          </span>
          <Marks graded={state.shown} />
        </>
      )}
    </p>
  );
}
