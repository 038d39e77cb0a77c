import { createRef, type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import { Button } from '../../../components/Button';
import { useFormat, useText } from '../../../i18n/context';
import type { Target } from '../../../lib/prediction';
import { useShortcuts } from '../../../lib/shortcuts';
import type { Film } from '../../../viewer/decode/film';
import { isSeen } from '../../../viewer/filmKeys';
import { UNMEASURED } from '../../../viewer/measure';
import { OverlayControls } from '../../../viewer/OverlayControls';
import type { Overlay, SetOverlay } from '../../../viewer/overlay';
import { Tools } from '../../../viewer/Tools';
import type { Tool } from '../../../viewer/useGestures';
import Viewer, { type ViewerProps } from '../../../viewer/Viewer';
import { Marks } from '../Marks';
import { SeverityGlyph } from '../result/SeverityGlyph';
import type { State } from '../shownState';
import styles from './Compare.module.css';
import { Curtain, CurtainSteps } from './Curtain';
import { type Keep, type Kept, useKept } from './kept';

const explanationOf = ({ state }: Side) =>
  state.phase === 'done' ? state.shown.explanation : null;

export interface Side {
  readonly id: number;
  readonly state: Exclude<State, { phase: 'empty' }>;
  /** YYYY-MM-DD or empty. */
  readonly date: string;
  /** Whether the gate rejected it. */
  readonly rejected: boolean;
  /** What a picture of it that is saved says beneath it. */
  readonly caption: readonly string[];
}

interface CompareProps {
  /** The older film first where both have a date. */
  sides: readonly [Side, Side];
  overlay: Overlay;
  /** What fills the screen. */
  stage: RefObject<HTMLElement | null>;
  onOverlay: SetOverlay;
  onTarget: (id: number, target: Target) => void;
  /** Which one is looked at: of two over one another the one seen, else the one touched last. */
  onLook: (id: number | null) => void;
  onEnd: () => void;
}

/**
 * Two films in level, the older on the left: one toolbar, and what is done to one is done to both
 * while they are linked.
 */
export default function Compare(props: CompareProps) {
  const { sides, overlay, stage, onOverlay, onTarget, onLook, onEnd } = props;
  const text = useText('viewer');
  const curtainButton = useRef<HTMLButtonElement>(null);
  const [frames] = useState(
    () => new Map(sides.map(({ id }) => [id, createRef<HTMLDivElement>()])),
  );
  const [linked, setLinked] = useState(true);
  const [layout, setLayout] = useState<Layout>(SIDE_BY_SIDE);
  const over = layout.kind === 'over' ? layout.film : null;
  const curtain = layout.kind === 'curtain' ? layout.at : null;
  /** The film that was touched last. */
  const [active, setActive] = useState<number | null>(null);
  /** Whose the toolbar is, where they are not linked: of two that lie over one another the one seen. */
  const looked = over ?? active;
  const shown = sides.find(({ id }) => id === looked) ?? sides[0];
  useEffect(() => onLook(looked), [looked, onLook]);
  const [keptOf, keep] = useKept();
  const [tool, setTool] = useState<Tool>('window');
  const [lens, setLens] = useState(false);
  const both = sides.map(({ id }) => id);
  const change = (id: number, part: Partial<Kept>) => keep(linked ? both : [id], part);
  // One question to both films: maps of different grades would not compare.
  const [target = 'burden'] = sides.flatMap(({ state }) =>
    state.phase === 'done' ? (state.pending ?? state.target) : [],
  );
  const lay = (id: number | undefined) => id !== undefined && setLayout({ kind: 'over', film: id });
  const flicker = () => lay(both.find((id) => id !== over));
  const moveCurtain = (at: number) => setLayout({ kind: 'curtain', at });
  const drawCurtain = () => (curtain === null ? moveCurtain(50) : setLayout(SIDE_BY_SIDE));
  const { film, view, tone, measured } = keptOf(shown.id);
  const link = () => {
    setLinked(!linked);
    if (!linked) {
      keep(both, { view, tone });
    }
  };
  const when = () => isSeen(stage);
  useShortcuts('viewer', [
    { action: 'flickerFilms', keys: ['x'], held: true, run: flicker, when },
    { action: 'curtainFilms', keys: ['d'], run: drawCurtain, when },
  ]);
  const { state } = shown;
  return (
    <div className={styles.pane}>
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
            onClick={() => (over === null ? flicker() : setLayout(SIDE_BY_SIDE))}
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
          rejected={shown.rejected}
          view={view}
          tone={tone}
          tool={tool}
          lens={lens}
          overlay={overlay}
          measured={measured}
          caption={shown.caption}
          stage={stage}
          frame={frames.get(shown.id)}
          onView={(next) => change(shown.id, { view: next })}
          onTone={(next) => change(shown.id, { tone: next })}
          onTool={setTool}
          onMeasured={(next) => change(shown.id, { measured: next })}
          onLens={setLens}
          onOverlay={onOverlay}
        />
      )}
      <div
        className={styles.sides}
        data-layout={layout.kind}
        style={curtain === null ? undefined : { '--curtain': `${curtain}%` }}
      >
        {sides.map((side) => (
          <Compared
            key={side.id}
            side={side}
            kept={keptOf(side.id)}
            hidden={over !== null && over !== side.id}
            tool={tool}
            lens={lens}
            overlay={overlay}
            beside={layout.kind === 'beside'}
            frame={frames.get(side.id)}
            keep={keep}
            onActive={() => setActive(side.id)}
            onView={(next) => change(side.id, { view: next })}
            onTone={(next) => change(side.id, { tone: next })}
            onTarget={(next) => onTarget(side.id, next)}
          />
        ))}
        {curtain !== null && <Curtain at={curtain} onMove={moveCurtain} heir={curtainButton} />}
      </div>
      <div className={styles.foot}>
        <OverlayControls
          overlay={overlay}
          target={target}
          explanation={explanationOf(shown)}
          beside={sides.map(explanationOf).find((found) => found !== null) ?? null}
          awaited={state.phase === 'done' && state.pending !== null}
          film={shown.id}
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

interface ComparedProps
  extends Pick<
    ViewerProps,
    'tool' | 'lens' | 'overlay' | 'beside' | 'frame' | 'onView' | 'onTone' | 'onTarget'
  > {
  side: Side;
  kept: Kept;
  hidden: boolean;
  keep: Keep;
  /** It is touched, or has the focus. */
  onActive: () => void;
}

function Compared({ side, kept, hidden, keep, onActive, ...viewer }: ComparedProps) {
  const { id, state, date } = side;
  const { view, tone, measured } = kept;
  // A film comes, or goes with what was measured on it.
  const onFilm = useCallback(
    (film: Film | null) => keep([id], { film, measured: UNMEASURED }),
    [id, keep],
  );
  return (
    <section
      className={styles.side}
      aria-label={state.study.name}
      inert={hidden}
      onPointerDownCapture={onActive}
      onFocusCapture={onActive}
    >
      <Caption side={side} />
      <Viewer
        {...viewer}
        study={state.study}
        date={date}
        result={state.phase === 'done' ? state : null}
        busy={state.phase === 'running'}
        rejected={side.rejected}
        view={view}
        tone={tone}
        measured={measured}
        onMeasured={(now) => keep([id], { measured: now })}
        onFilm={onFilm}
      />
    </section>
  );
}

/** How two films lie: beside one another, one over the other, or parted by a curtain. */
type Layout =
  | { readonly kind: 'beside' }
  /** `film` is the one that is seen. */
  | { readonly kind: 'over'; readonly film: number }
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
