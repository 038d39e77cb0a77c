import { expect, it } from 'vitest';
import { en } from '../../../i18n/catalogue';
import { study } from '../../../lib/fixtures';
import { dateInName } from '../worklist/patientAndDate';
import { namedAsPasted } from './pasted';

const nameAt = en.analyse.intake.pastedName;
const at = (hours: number, minutes: number) =>
  namedAsPasted(study('image.png'), nameAt, new Date(2020, 2, 14, hours, minutes, 9));

it('names pictures without a name apart, and by nothing that is taken for the day of a film', () => {
  const [one, other] = [at(8, 5).name, at(20, 19).name];
  expect([one, other]).toEqual(['Pasted image 08-05-09', 'Pasted image 20-19-09']);
  expect([one, other].map((name) => dateInName(name))).toEqual(['', '']);
});

it('leaves the name of a file that was copied', () => {
  const copied = study('chest.png');
  expect(namedAsPasted(copied, nameAt)).toBe(copied);
});
