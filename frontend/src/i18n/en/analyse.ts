import type { Severity, Subject } from '../../lib/prediction';
import { format } from './format';
import { either, lower } from './shared';

function daysFromAdmission(day: number): string {
  if (day === 0) {
    return 'day of admission';
  }
  const days = Math.abs(day);
  const noun = format.plural(days, { one: 'day', other: 'days' });
  return `${days} ${noun} ${day > 0 ? 'after' : 'before'} admission`;
}

/** Opening a radiograph and reading its result. */
export const analyse = {
  intro: {
    title: 'COVID-19 severity from a chest radiograph',
    lead: 'Open a frontal radiograph. A neural network grades it mild, moderate or severe, gives the probability of each, and maps where it looked.',
  },
  intake: {
    title: 'Open chest radiographs',
    ways: 'Drop files or a folder anywhere on this page, paste one, or choose.',
    choose: 'Choose files',
    chooseFolder: 'Choose a folder',
    formats: (maxBytes: number | null) =>
      `PNG, JPEG, TIFF or DICOM${maxBytes ? `, up to ${format.megabytes(maxBytes)}` : ''}`,
    another: 'Open another',
    dropNow: 'Drop to analyse',
    pastedName: (time: string) => `Pasted image ${time}`,
  },
  privacy: 'Images are processed in memory and not stored.',
  samples: {
    title: 'Or try a sample',
    sexes: { f: 'Female', m: 'Male' } as Record<string, string>,
    caption: (projection: string, day: number) =>
      `${projection}, day ${day < 0 ? `−${-day}` : day}`,
    description: (sex: string, projection: string, day: number) =>
      `${sex} patient, ${projection} projection, ${daysFromAdmission(day)}`,
    open: (id: string, caption: string) => `Sample ${id}: ${caption}`,
    source: 'Winther et al., COVID-19 Image Repository',
    publisher: 'Hannover Medical School, scaled down',
    licence: 'CC BY 3.0',
  },
  running: {
    title: 'Analysing',
    stage: (name: string) => `Analysing ${name}`,
  },
  cancelled: 'Cancelled.',
  failed: {
    title: 'No result',
    lead: (name: string) => `${name} was not graded.`,
    code: (code: string) => `Code ${code}`,
  },
  result: {
    eyebrow: 'Estimated severity',
    confidence: 'model confidence',
    rightWhen: (
      severity: Severity,
      { value, low, high }: { value: number; low: number; high: number },
      images: number,
    ) =>
      `When it says ${lower(severity)}, it is right in ${format.share(value)} (95% interval ${format.shares(low, high)}; ${images} unseen films).`,
    probabilities: 'Probability of each grade',
    refer: (severities: readonly Severity[]) => `${either(severities)}: let a person decide.`,
    coverage: (coverage: number) =>
      `In about ${format.ofHundred(coverage)} of 100 films the reference grade is among these.`,
    announce: (name: string, severity: Severity, confidence: number) =>
      `Result for ${name}: ${lower(severity)}, ${format.probability(confidence)} model confidence.`,
  },
  ruler: {
    readers: (points: string) => `Two radiologists differ by ${points} points on average.`,
    apart: (ofTotal: Severity, grade: Severity) =>
      `The Brixia total lies in the range of ${lower(ofTotal)}, the most probable grade is ${lower(grade)}: the network estimates the two apart, and near a cut-off they can part. Let a person decide.`,
  },
  brixia: {
    title: 'Estimated Brixia score',
    of: 'of 18',
    interval: (low: string, high: string) => `90% interval: ${low} to ${high}`,
    height: 'Height in the lung',
    rightLung: 'Right lung',
    leftLung: 'Left lung',
    upper: 'Upper',
    middle: 'Middle',
    lower: 'Lower',
    note: 'Right and left are the patient’s. Each zone: 0 (not changed) to 3.',
  },
  details: {
    title: 'Details',
    model: 'Model',
    modelCard: (name: string, version: string) => `${name} ${version}, model card`,
    time: 'Processing time',
    explanation: 'Explanation',
    method: (target: Subject) => `Grad-CAM for ${lower(target)}`,
    peak: (peak: string) => `peak ${peak}`,
    checksum: 'SHA-256',
    lungs: 'Map inside the lungs',
    technical: 'Technical',
    steps: { decode: 'Reading the file', model: 'Network', explain: 'Heatmap', encode: 'Pictures' },
  },
  guide: {
    title: 'How to read the result',
    entries: [
      {
        term: 'Severity',
        text: 'The most probable of three grades. It speaks of this one image, not of the patient’s course.',
      },
      {
        term: 'Mild, moderate, severe',
        text: 'Ranges of the Brixia total as radiologists score it: mild 0 to 5, moderate 6 to 11, severe 12 to 18. The bounds are a convention of this software; they say nothing of treatment.',
      },
      {
        term: 'Model confidence',
        text: 'The model’s own probability for that grade. It can be high and still be wrong, above all for images unlike those it was trained on. An image that is no frontal chest radiograph gets a meaningless grade.',
      },
      {
        term: 'Let a person decide',
        text: 'Said when more than one grade stays plausible; all of them are named. How often the reference grade is among those named was set on films of other patients: it holds for many films together, not for each one, and not for images unlike those.',
      },
      {
        term: 'Brixia score',
        text: 'The model’s estimate of how far six zones of the lungs are changed: each from 0 (not at all) to 3 (alveolar more than interstitial), 18 together. It is not a radiologist’s score.',
      },
      {
        term: 'Heatmap',
        text: 'Opacity seen shows where the network sees opacity within the lungs; its scale is absolute, and a clear film stays dark. Grad-CAM marks coarse regions that raised the Brixia total or one grade; its colours are scaled to its own maximum: when its peak is near 0, even bright heat says little. Neither is a segmentation, and heat is no proof of disease.',
      },
    ],
  },
};
