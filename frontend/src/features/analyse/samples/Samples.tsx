import { useText } from '../../../i18n/context';
import type { Study } from '../../../lib/study';
import styles from './Samples.module.css';
import { LICENCE_URL, SAMPLES, type Sample, SOURCE_URL } from './samples';

interface SamplesProps {
  title: string;
  onOpen: (study: Study) => void;
}

/** The bundled radiographs as a strip of thumbnails, with their attribution. */
export function Samples({ title, onOpen }: SamplesProps) {
  const text = useText('analyse');
  return (
    <section className={styles.samples} aria-labelledby="samples-title">
      <div className={styles.head}>
        <h2 id="samples-title" className={styles.title}>
          {title}
        </h2>
        <p className={styles.credit}>
          <a href={SOURCE_URL}>{text.samples.source}</a>, {text.samples.publisher},{' '}
          <a href={LICENCE_URL} rel="license">
            {text.samples.licence}
          </a>
        </p>
      </div>
      <ul className={styles.strip}>
        {SAMPLES.map((sample) => (
          <li key={sample.id}>
            <Thumbnail
              sample={sample}
              onOpen={() => onOpen({ name: `${sample.id}.png`, source: sample.url })}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}

interface ThumbnailProps {
  sample: Sample;
  onOpen: () => void;
}

function Thumbnail({ sample, onOpen }: ThumbnailProps) {
  const text = useText('analyse');
  const { id, thumbnail, projection, day } = sample;
  const sex = text.samples.sexes[sample.sex] ?? '';
  const caption = text.samples.caption(projection, day);
  const description = text.samples.description(sex, projection, day);
  return (
    <button
      type="button"
      className={styles.thumbnail}
      aria-label={text.samples.open(id, caption)}
      title={description}
      onClick={onOpen}
    >
      <img
        className={styles.image}
        src={thumbnail}
        alt=""
        loading="lazy"
        decoding="async"
        draggable={false}
      />
      <span className={styles.caption} aria-hidden="true">
        {caption}
      </span>
    </button>
  );
}
