import { describe, expect, it } from 'vitest';
import { isoOfDicom } from '../../../lib/days';
import { another } from '../../../lib/fixtures';
import type { Header } from '../../../viewer/decode/film';
import { AS_ADDED, arrange, countsOf, sortedBy } from './arrange';
import { seriesOf } from './dated';
import { FRESH, type Item, NO_FACTS } from './films';
import { dateInName, type Identity, identityOf, Patients } from './patientAndDate';
import { chooseIn } from './selection';
import { csvOf, fileNameOf, jsonOf } from './table';

let next = 0;
function item(name: string, changes: Partial<Item> = {}): Item {
  next += 1;
  return {
    id: next,
    study: { name, source: name },
    ...FRESH,
    ...NO_FACTS,
    ...changes,
  };
}
function gradedItem(name: string, severity: 'mild' | 'moderate' | 'severe', changes = {}): Item {
  const { explanation: _, ...graded } = another(severity);
  return item(name, { status: 'done', graded, ...changes });
}
const names = (items: readonly Item[]) => items.map(({ study }) => study.name);

describe('the list', () => {
  const items = [
    gradedItem('film 10.png', 'mild', { date: '2020-03-02' }),
    gradedItem('film 2.png', 'severe'),
    item('film 1.png', { status: 'failed' }),
    gradedItem('other.png', 'moderate', { date: '2020-03-01' }),
  ];

  it('puts the worst first and the ungraded last', () => {
    expect(names(arrange(items, { ...AS_ADDED, sort: 'severity' }))).toEqual([
      'film 2.png',
      'other.png',
      'film 10.png',
      'film 1.png',
    ]);
  });

  it('goes on listing the filter in force when no film passes it any more', () => {
    const filters = (...inForce: ['open'] | []) => countsOf(items, ...inForce).map(([of]) => of);
    expect(filters('open')).toContain('open');
    expect(filters()).not.toContain('open');
  });

  it('sorts the other way round when asked again, and then as added', () => {
    const once = sortedBy(AS_ADDED, 'severity');
    const twice = sortedBy(once, 'severity');
    expect(names(arrange(items, twice))[0]).toBe('film 1.png');
    expect(names(arrange(items, sortedBy(twice, 'severity')))).toEqual(names(items));
    expect(sortedBy(twice, 'name')).toMatchObject({ sort: 'name', reversed: false });
  });

  it('counts what came out how, and leaves out what did not', () => {
    expect(countsOf(items)).toEqual([
      ['all', 4],
      ['mild', 1],
      ['moderate', 1],
      ['severe', 1],
      ['failed', 1],
    ]);
  });

  it('chooses one by one, and all in between', () => {
    const [first = 0, , third = 0] = items.map(({ id }) => id);
    const one = chooseIn(items, new Set(), third, false, first);
    expect([...one]).toEqual([third]);
    expect([...chooseIn(items, one, third, false, first)]).toEqual([]);
    expect(chooseIn(items, new Set(), third, true, first).size).toBe(3);
    expect(chooseIn(items, one, first, true, null).size).toBe(3);
    // From a film that is filtered away nobody sees what would lie between.
    expect([...chooseIn(items.slice(1), new Set([first]), third, true, null)]).toEqual([
      first,
      third,
    ]);
  });

  it('orders names as people count, and dates with the undated last', () => {
    expect(names(arrange(items, { ...AS_ADDED, sort: 'name' }))[1]).toBe('film 2.png');
    expect(names(arrange(items, { ...AS_ADDED, sort: 'date' })).slice(0, 2)).toEqual([
      'other.png',
      'film 10.png',
    ]);
  });

  it('filters by grade, state and a part of the name', () => {
    expect(names(arrange(items, { ...AS_ADDED, filter: 'severe' }))).toEqual(['film 2.png']);
    expect(names(arrange(items, { ...AS_ADDED, filter: 'failed' }))).toEqual(['film 1.png']);
    expect(names(arrange(items, { ...AS_ADDED, search: ' OTHER ' }))).toEqual(['other.png']);
  });
});

describe('downloads', () => {
  it('hold one row for each film, quoted, with no formula in it', () => {
    const rows = csvOf([
      gradedItem('a "b", c.png', 'severe', { patient: '1', date: '2020-03-01' }),
      item('=cmd()', {
        status: 'failed',
        failure: { code: 'not-an-image', title: '', detail: '', status: 422 },
      }),
    ]).split('\r\n');
    expect(
      rows[0]
        ?.replace('\ufeff', '')
        .startsWith('folder,file,status,patient,date,view,graded_at,severity,'),
    ).toBe(true);
    expect(rows[1]).toContain(
      ',"a ""b"", c.png",done,1,2020-03-01,,,severe,0.100,0.100,0.800,severe,',
    );
    expect(rows[2]?.startsWith(",'=cmd(),failed,")).toBe(true);
    expect(rows[2]?.endsWith('not-an-image')).toBe(true);
    expect(new Set(rows.slice(0, 2).map((row) => row.length > 0))).toEqual(new Set([true]));
    expect(rows).toHaveLength(4);
  });

  it('tell folder, time, map quality and numbers that can be read', () => {
    const at = new Date('2026-11-28T07:05:00Z');
    const mapQuality = { lowSignal: false, insideLungs: 0.81234 };
    const csv = csvOf([gradedItem('ward/b/film.png', 'mild', { gradedAt: at, mapQuality })]);
    const [header = '', row = ''] = csv.replace('\ufeff', '').split('\r\n');
    const cells = row.split(',');
    const of = (name: string) => cells[header.split(',').indexOf(name)];
    expect(of('folder')).toBe('ward/b');
    expect(of('file')).toBe('film.png');
    expect(of('graded_at')).toBe('2026-11-28T07:05:00.000Z');
    expect([of('brixia_total'), of('p_mild')]).toEqual(['7.25', '0.800']);
    expect([of('map_low_signal'), of('map_inside_lungs')]).toEqual(['false', '0.81']);
    expect(fileNameOf(new Date(2026, 0, 5, 9, 7), 'csv')).toBe('severity-2026-01-05-0907.csv');
  });

  it('hold the whole answer as JSON', () => {
    expect(jsonOf([gradedItem('a.png', 'mild')])).toMatchObject([
      { file: 'a.png', status: 'done', prediction: { severity: 'mild', brixia: { total: 7.25 } } },
    ]);
  });
});

describe('facts', () => {
  it.each([
    ['film-2020-03-14.png', '2020-03-14'],
    ['20200314_ap.dcm', '2020-03-14'],
    ['1.2.840.20200399.dcm', ''],
    ['123202003145.png', ''],
    ['patient.png', ''],
    ['film-2020-02-31.png', ''],
    // A day of birth is none of the film, wherever it stands.
    ['SMITH_19540312_20200314_AP.png', '2020-03-14'],
    ['20200314/SMITH_1954-03-12.png', '2020-03-14'],
    ['SMITH_19540312.png', ''],
    // Nor is any day before the first films of the illness, or one that is still to come.
    ['2019-11-30.png', ''],
    ['2019-12-01.png', '2019-12-01'],
    ['2021-06-15.png', '2021-06-15'],
    // Named by UTC, or further east, where it is the next day already.
    ['2021-06-16.png', '2021-06-16'],
    ['2021-06-17.png', ''],
    // Of two days, one may be that of the export, or of birth.
    ['export-2020-12-01/film-2020-03-14.png', ''],
    ['2020-03-14/film-20200314.png', '2020-03-14'],
  ])('%s is of %s', (name, date) => {
    expect(dateInName(name, new Date(2021, 5, 15, 23, 59))).toBe(date);
  });

  const who = (id: string, changes: Partial<Identity> = {}): Identity => ({
    id,
    issuer: '',
    birthDate: '',
    sex: '',
    name: '',
    ...changes,
  });

  it('numbers patients as they come and tells no identity', () => {
    const patients = new Patients();
    const numbers = ['S123', 'S9', 'S123', ''].map((of) =>
      patients.numberOf(who(of), () => 'nobody'),
    );
    expect(numbers).toEqual(['1', '2', '1', '']);
  });

  it('gives nobody the number by which a person has called somebody else', () => {
    const patients = new Patients();
    const named = (name: string) => (['1', '3'].includes(name) ? 'person' : 'nobody');
    const numbers = ['S123', 'S9', 'S123'].map((of) => patients.numberOf(who(of), named));
    expect(numbers).toEqual(['2', '4', '2']);
    // Nor goes on with a number that has become somebody else's in the meantime.
    const taken = (name: string) => (name === '2' ? 'person' : 'nobody');
    expect(patients.numberOf(who('S123'), taken)).toBe('5');
    expect(patients.numberOf(who('S123'), () => 'nobody')).toBe('5');
    expect(patients.numberOf(who('S9'), () => 'file')).toBe('4');
  });

  it('takes a name that is typed as the file had it for no other one', () => {
    const patients = new Patients();
    patients.tell(7, '1');
    expect(patients.namedBy([{ id: 7 }], '1')).toBe('file');
    expect(patients.namedBy([{ id: 8 }], '1')).toBe('person');
    expect(patients.namedBy([], '1')).toBe('nobody');
  });

  it('tells people of the same number apart, and knows one of whom a file says less', () => {
    const saying = (changes: Partial<Header>) =>
      identityOf({
        patientId: 'S123',
        sex: 'F',
        patientIdIssuer: 'A',
        birthDate: '19600102',
        patientName: 'Doe, Zoë',
        ...changes,
      } as Header);
    const patients = new Patients();
    const numberOf = (changes: Partial<Header>) =>
      patients.numberOf(saying(changes), () => 'nobody');
    expect(numberOf({})).toBe('1');
    const others = [
      { patientIdIssuer: 'WARD' },
      { patientId: '0' },
      { birthDate: '19610102' },
      { patientName: 'Roe, Zoë' },
      { sex: 'M' },
      // Longer by no whole word: another name, and another hospital.
      { patientName: 'Doe, Zoëlle' },
      { patientIdIssuer: 'AB' },
    ].map(numberOf);
    expect(others).toEqual(['2', '3', '4', '5', '6', '7', '8']);
    expect(numberOf({ patientName: 'DOE  ZOE\u0308' })).toBe('1');
    expect(numberOf({ patientName: 'Doe, Zoë, Maria' })).toBe('1');
    expect(numberOf({ patientIdIssuer: 'WARD', birthDate: '' })).toBe('2');
    expect(numberOf({ patientId: '' })).toBe('');
    expect(numberOf({ sex: 'O', patientIdIssuer: 'WARD' })).toBe('2');
  });

  it('takes no two for one whose IDs an anonymiser has taken out', () => {
    const patients = new Patients();
    const numberOf = (patientId: string, birthDate = '') => {
      const header = { patientId, patientIdIssuer: '', birthDate, patientName: 'ANON', sex: 'F' };
      return patients.numberOf(identityOf(header as Header), () => 'nobody');
    };
    const blanked = ['ANON', 'Anonymous', 'ANONYMIZED', '0', '000000', 'NONE', 'unknown '];
    expect(blanked.map((id) => numberOf(id))).toEqual(blanked.map(() => ''));
    // A day of birth tells more of them, and what only begins so may be a number of one's own.
    expect(numberOf('ANON', '19600102')).toBe('1');
    expect([numberOf('ANON007'), numberOf('ANON008'), numberOf('ANON007')]).toEqual([
      '2',
      '3',
      '2',
    ]);
  });

  it('reads DICOM days and nothing else', () => {
    expect([isoOfDicom('20200314'), isoOfDicom('2020')]).toEqual(['2020-03-14', '']);
    // As anonymisers leave them; as a date they would stop the page.
    const blanked = ['20200300', '20200000', '00000000', '20201301', '20200231'];
    expect(blanked.map(isoOfDicom)).toEqual(blanked.map(() => ''));
  });

  it('orders the dated, graded films of one patient', () => {
    const films = [
      gradedItem('late', 'mild', { patient: '1', date: '2020-03-09' }),
      gradedItem('early', 'severe', { patient: '1', date: '2020-03-01' }),
      gradedItem('other', 'severe', { patient: '2', date: '2020-03-02' }),
      item('ungraded', { patient: '1', date: '2020-03-03' }),
    ];
    const series = (of: Item) => names(seriesOf(films, of).map(({ item: film }) => film));
    const [late] = films as [Item];
    expect(series(late)).toEqual(['early', 'late']);
    // Typed with a space behind it, or encoded otherwise, it is the same patient.
    films.push(gradedItem('typed', 'mild', { patient: ' 1 ', date: '2020-03-05' }));
    expect(series(late)).toEqual(['early', 'typed', 'late']);
    const [one, other] = ['Zo\u00eb', 'Zoe\u0308'].map((patient) =>
      gradedItem(patient, 'mild', { patient, date: '2020-03-01' }),
    ) as [Item, Item];
    expect(seriesOf([one, other], one)).toHaveLength(2);
    expect(csvOf([one, other]).split('Zo\u00eb,2020')).toHaveLength(3);
    expect(seriesOf(films, item('nobody'))).toEqual([]);
  });
});
