import { format } from './format';

const films = (count: number) =>
  `${format.integer(count)} ${format.plural(count, { one: 'film', other: 'films' })}`;

/** What the person at the screen says of a film, and how far the model agrees. */
export const reading = {
  title: 'Your reading',
  blind: 'Blind scoring',
  blindHint: 'You score first, then see the result',
  hiddenTitle: 'Your turn',
  hiddenLead: (name: string) => `${name} is graded. Score it, then reveal the result.`,
  agree: 'Agree',
  agreed: 'You agree with the model.',
  disagreed: (mine: string, model: string) => `You: ${mine}. Model: ${model}.`,
  wasBlind: 'Scored blind.',
  notBlind: 'Not scored blind.',
  unblinded:
    'Scored blind at first, then changed or added to with the result open: this reading no longer counts as blind.',
  contradicts: (total: string, amounts: string, chosen: string) =>
    `The zone scores add up to ${total}, which is ${amounts.toLowerCase()}, but the grade chosen is ${chosen.toLowerCase()}; the chosen grade counts.`,
  reveal: 'Reveal the result',
  seenBefore: 'Its result was on the screen before: this reading will not count as blind.',
  zonesAndComment: 'Zones and comment',
  zones: (scores: string) => `zones ${scores}`,
  zone: (zone: string) => `Your score of zone ${zone}`,
  zoneOff: 'Press a score again to take it off',
  total: (total: number, most: number) => `${total} of ${most}`,
  comment: 'Comment',
  clear: 'Take back this reading',
  save: 'Save all readings',
  restore: 'Open readings',
  restored: (count: number, waiting: number) =>
    waiting > 0
      ? `${films(count)} read from the file; ${format.integer(waiting)} of them not open or not graded yet.`
      : `${films(count)} read from the file.`,
  newerHere: (count: number) => `Of ${films(count)} what was said here is newer, and stays.`,
  replaced: (count: number) => `Of ${films(count)} what was said here was older, and was replaced.`,
  takeBack: 'Bring back the older readings',
  notReadings: (name: string) => `${name} holds no readings of this page.`,
  agreementTitle: 'Agreement between you and the model',
  agreement: (count: number, same: number, kappa: string | null) =>
    `You and the model: ${films(count)}, the same grade in ${format.integer(same)}${kappa === null ? '' : `, weighted kappa ${kappa}`}.`,
  ofThemBlind: 'Of them blind',
  allBlind: 'All blind.',
};
