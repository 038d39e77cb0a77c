import { useText } from '../../i18n/context';
import { useDefaultVersion } from './useDefaultVersion';

interface ModelPageProps {
  /** `null`: the one that answers by default. */
  version: string | null;
}

/** What a version of the model is worth. */
export default function ModelPage({ version }: ModelPageProps) {
  const text = useText('app');
  const standing = useDefaultVersion();
  const shown = version ?? standing;
  return (
    <h1>
      {text.model} {shown && <a href={`/models/${encodeURIComponent(shown)}/card`}>{shown}</a>}
    </h1>
  );
}
