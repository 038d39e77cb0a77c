import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { LanguageMenu } from '../../../components/LanguageMenu';
import { en } from '../../../i18n/catalogue';
import { LanguageProvider } from '../../../i18n/LanguageProvider';
import { ms } from '../../../i18n/ms';
import { prediction, study } from '../../../lib/fixtures';
import { fileOf } from '../../../lib/reading';
import { AnalysePage } from '../AnalysePage';
import { itemOf } from '../worklist/films';
import { WorklistStore } from '../worklist/store';
import { ReadingFile } from './ReadingFile';

const kept = {
  file: 'chest.png',
  sha256: '',
  impression: null,
  grade: 'mild',
  zones: {},
  comment: '',
  blind: true,
  at: '2026-11-28T14:31:00Z',
} as const;

it('opens readings before their films, which then have them', async () => {
  const store = new WorklistStore(async () => ({ ok: true, value: prediction('mild') }));
  const { container } = render(<ReadingFile store={store} saves={false} />);
  expect(screen.queryByRole('button', { name: 'Save all readings' })).toBeNull();
  const { sha256 } = prediction('mild').input;
  const file = new File([JSON.stringify(fileOf([{ ...kept, sha256 }]))], 'readings.json');
  await userEvent.upload(container.querySelector('input') as HTMLInputElement, file);
  await screen.findByText('1 film read from the file; 1 of them not open or not graded yet.');
  const [id = 0] = store.add([study()]);
  await expect.poll(() => itemOf(store.snapshot(), id)?.reading?.grade).toBe('mild');
});

it('counts what waits of the file that was opened, not of one before it', async () => {
  const failure = { code: 'not-an-image', title: '', detail: '', status: 422 };
  const store = new WorklistStore(async () => ({ ok: false, failure }));
  const { container } = render(<ReadingFile store={store} saves={false} />);
  const input = container.querySelector('input') as HTMLInputElement;
  const open = (...names: string[]) => {
    const readings = names.map((file) => ({ ...kept, file }));
    return userEvent.upload(input, new File([JSON.stringify(fileOf(readings))], 'readings.json'));
  };
  await open('one.png', 'two.png', 'three.png');
  await screen.findByText(/^3 films read from the file; 3 of them/);
  await open('four.png');
  await screen.findByText(/^1 film read from the file; 1 of them/);
  store.add([study('five.png')]);
  await expect.poll(() => store.snapshot().items[0]?.status).toBe('failed');
  await open('five.png');
  await screen.findByText('1 film read from the file.');
});

it('says what stays and what is replaced, and brings that back', async () => {
  const answer = prediction('mild');
  const store = new WorklistStore(async ({ name }) => ({
    ok: true,
    value: { ...answer, input: { ...answer.input, sha256: name } },
  }));
  const ids = store.add([study('one.png'), study('two.png')]);
  await expect.poll(() => store.snapshot().items.every(({ graded }) => graded)).toBe(true);
  for (const id of ids) {
    store.read(id, { grade: 'severe' });
  }
  const grades = () => store.snapshot().items.map(({ reading }) => reading?.grade);
  const { container } = render(<ReadingFile store={store} />);
  const readings = [
    { ...kept, sha256: 'one.png', at: '2020-01-01T00:00:00.000Z' },
    { ...kept, sha256: 'two.png', at: '9999-01-01T00:00:00.000Z' },
  ];
  const file = new File([JSON.stringify(fileOf(readings))], 'readings.json');
  await userEvent.upload(container.querySelector('input') as HTMLInputElement, file);
  const { newerHere, replaced, restored, takeBack } = en.reading;
  await screen.findByText(`${restored(2, 0)} ${newerHere(1)} ${replaced(1)}`);
  expect(grades()).toEqual(['severe', 'mild']);
  await userEvent.click(screen.getByRole('button', { name: takeBack }));
  expect(grades()).toEqual(['severe', 'severe']);
  expect(screen.queryByRole('button', { name: takeBack })).toBeNull();
  expect(document.activeElement).toBe(screen.getByRole('button', { name: en.reading.restore }));
});

it('is found before any film is open, as after a reload', () => {
  render(<AnalysePage />);
  expect(screen.getByRole('button', { name: 'Open readings' })).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Save all readings' })).toBeNull();
});

it('says what came of a file in the language that is chosen afterwards', async () => {
  const store = new WorklistStore(() => new Promise(() => undefined));
  const { container } = render(
    <LanguageProvider initial={{ language: 'en', catalogue: en }}>
      <LanguageMenu />
      <ReadingFile store={store} saves={false} />
    </LanguageProvider>,
  );
  const input = container.querySelector('input') as HTMLInputElement;
  const choose = (was: string, language: string) =>
    userEvent.selectOptions(screen.getByRole('combobox', { name: was }), language);
  await userEvent.upload(input, new File([JSON.stringify(fileOf([kept]))], 'readings.json'));
  await screen.findByText(en.reading.restored(1, 1));
  await choose('Language', 'ms');
  await screen.findByText(ms.reading.restored(1, 1));
  await userEvent.upload(input, new File(['no readings'], 'other.json'));
  await screen.findByText(ms.reading.notReadings('other.json'));
  await choose('Bahasa', 'en');
  await screen.findByText(en.reading.notReadings('other.json'));
});
