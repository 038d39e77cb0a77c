import { expect, it } from 'vitest';
import { Patients, readFacts } from './patientAndDate';
import { WorklistStore } from './store';

/** An element in implicit VR; its letters are of an even number. */
const element = (group: number, number: number, text: string) => [
  ...[group, 0, number & 255, number >> 8, text.length, 0, 0, 0],
  ...[...text].map((letter) => letter.charCodeAt(0)),
];

/** A film without what should stand before its data set. */
const bare = (name: string, id: string, day: string) => {
  const bytes = Uint8Array.from([
    ...element(8, 0x16, '1.2.840.10008.5.1.4.1.1.1\0'),
    ...element(8, 0x22, day),
    ...element(0x10, 0x20, id),
    ...element(0x18, 0x5101, 'AP'),
    ...element(0x28, 0x10, '\0\x01'),
  ]);
  return { name, source: new File([bytes], name) };
};

it('takes patient, day and view from DICOM files without a file header too', async () => {
  const store = new WorklistStore(() => new Promise(() => undefined));
  const films = [bare('one', 'P1', '20200301'), bare('two', 'P2', '20200305')];
  const ids = store.add(films);
  const asked = films.map((study, index) => ({ id: ids[index] ?? 0, study }));
  await readFacts(store, asked, new Patients());
  expect(store.snapshot().items).toMatchObject([
    { patient: '1', date: '2020-03-01', view: 'AP' },
    { patient: '2', date: '2020-03-05', view: 'AP' },
  ]);
});
