import type { Catalogue } from '../i18n/catalogue';
import { repairWords } from '../i18n/repairWords';
import type { Explanation, Layer } from '../lib/prediction';
import { layerOf } from '../viewer/shownMap';
import { careLines, type Graded } from './content';

/** Of the caption beneath the picture, in pixels of a picture 1024 wide. */
const LETTERS = 20;
const LINE = 1.5;

async function decoded(source: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = source;
  await image.decode();
  return image;
}

function mapName(explanation: Explanation, drawn: Layer, { analyse, viewer }: Catalogue): string {
  return layerOf(explanation, drawn) === 'opacity'
    ? viewer.layers.opacity
    : analyse.details.method(explanation.target);
}

/**
 * The caption's lines: what the grade is, how far to trust it, and what it is not.
 *
 * `drawn` is the map that the picture shows, `null` where it shows none; as the service draws it,
 * the map of opacity.
 */
export function captionOf(
  { name, prediction, date, view, repair }: Graded,
  catalogue: Catalogue,
  drawn: Layer | null = 'opacity',
): string[] {
  const { analyse, format, quality, shared } = catalogue;
  const { severity, confidence, explanation, model } = prediction;
  const grade = `${shared.severities[severity]}, ${format.probability(confidence)} ${analyse.result.confidence}`;
  const map = explanation && drawn ? mapName(explanation, drawn, catalogue) : '';
  return [
    // First: what follows is no judgement.
    ...(prediction.quality.accepted ? [] : [quality.rejected]),
    [name, date && format.day(date), view, repairWords(repair, catalogue)]
      .filter(Boolean)
      .join('  ·  '),
    [grade, map, `${model.name} ${model.version}`].filter(Boolean).join('  ·  '),
    // Whoever is sent the picture sees no result beside it that would say so.
    ...(prediction.refer ? [analyse.result.refer(prediction.prediction_set)] : []),
    ...careLines(prediction, catalogue),
    shared.notDiagnosis,
  ];
}

/**
 * The radiograph with its heatmap as PNG, and beneath it what it shows: a picture that travels alone
 * must not lose its words. `null` where there is no heatmap.
 */
export async function reportPng(graded: Graded, catalogue: Catalogue): Promise<Blob | null> {
  const overlay = graded.prediction.explanation?.overlay;
  if (!overlay) {
    return null;
  }
  const image = await decoded(overlay);
  const { naturalWidth: width, naturalHeight: height } = image;
  const lines = captionOf(graded, catalogue);
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  if (!context) {
    throw new Error('no canvas');
  }
  const family = getComputedStyle(document.body).fontFamily || 'sans-serif';
  const size = Math.max(10, Math.round((LETTERS * width) / 1024));
  const step = Math.round(size * LINE);
  canvas.width = width;
  canvas.height = height + step * lines.length + size;
  context.fillStyle = 'black';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0);
  context.font = `${size}px ${family}`;
  context.fillStyle = 'white';
  for (const [index, line] of lines.entries()) {
    context.fillText(line, size, height + step * (index + 1), width - 2 * size);
  }
  return new Promise((done, fail) => {
    canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error('no picture'))), 'image/png');
  });
}
