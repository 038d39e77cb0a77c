import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { LanguageMenu } from '../../components/LanguageMenu';
import { en } from '../../i18n/catalogue';
import { LanguageProvider } from '../../i18n/LanguageProvider';
import { ms } from '../../i18n/ms';
import { model, prediction } from '../../lib/fixtures';
import type { Finding } from '../../lib/prediction';
import { AnalysePage } from './AnalysePage';
import { serveWith } from './testService';

const findings = [
  { code: 'cross-section', level: 'reject', message: 'M', value: 0.9, limit: 0.5 },
  // As a newer service might find.
  { code: 'of-tomorrow', level: 'warn', message: 'Said by the service.', value: 1, limit: 0 },
] as unknown as Finding[];

it('tells of each film that is rejected, though it says the same of them all', async () => {
  const problem = { type: '/problems/x', title: 'No', status: 422, detail: 'D', code: 'x' };
  serveWith(async () => Response.json({ ...problem, findings }, { status: 422 }));
  render(<AnalysePage />);
  const input = document.querySelector('input[type=file]') as HTMLInputElement;
  const films = ['one', 'two'].map(
    (name) => new File([name], `${name}.png`, { type: 'image/png' }),
  );
  await userEvent.upload(input, films);
  const other = await screen.findByRole('button', { name: 'two.png' });
  const first = await screen.findByRole('alert');
  await userEvent.click(other);
  await waitFor(() => expect(screen.getByRole('alert')).not.toBe(first));
  expect(screen.getByRole('alert').textContent).toBe(first.textContent);
});

it('says why the gate rejected an image, and shows its grade all the same when asked', async () => {
  const asked: (string | null)[] = [];
  vi.stubGlobal('fetch', (request: Request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname !== '/predict') {
      return pathname.startsWith('/models/')
        ? Response.json(model())
        : Response.json({}, { status: 503 });
    }
    asked.push(searchParams.get('force'));
    const problem = { type: '/problems/x', title: 'No', status: 422, detail: 'D', code: 'x' };
    return asked.length === 1
      ? Response.json({ ...problem, findings }, { status: 422 })
      : Response.json({
          ...prediction('mild'),
          prediction_set: ['mild', 'moderate'],
          refer: true,
          quality: { accepted: false, findings },
        });
  });
  render(<AnalysePage />);
  const input = document.querySelector('input[type=file]') as HTMLInputElement;
  await userEvent.upload(input, new File(['bytes'], 'ct.png', { type: 'image/png' }));
  const alert = await screen.findByRole('alert');
  expect(alert.textContent).toContain('looks like a CT');
  expect(alert.textContent).toContain('Said by the service.');
  await userEvent.click(screen.getByRole('button', { name: 'Show the prediction all the same' }));
  await screen.findByText('Estimated severity');
  expect(asked).toEqual([null, 'true']);
  const quality = screen.getByRole('region', { name: 'Image quality' });
  expect(quality.textContent).toContain('Not fit for a judgement');
  expect(
    screen
      .getAllByRole('status')
      .map(({ textContent }) => textContent)
      .join(),
  ).toContain('Not fit for a judgement');
  // Before the grade, and without any claim that holds for films that are fit.
  const heading = screen.getByRole('heading', { level: 1 });
  expect(quality.compareDocumentPosition(heading)).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
  expect(screen.getByText('Mild or moderate: let a person decide.')).toBeTruthy();
  expect(screen.queryByText(/of 100 films|right in/)).toBeNull();
});

it('says that a film cannot be repaired in the language that is chosen afterwards', async () => {
  const code = 'turned-by-180-degrees';
  const turned = [{ code, level: 'reject', message: 'M', value: 1, limit: 0 }];
  const problem = { type: '/problems/x', title: 'No', status: 422, detail: 'D', code };
  serveWith(async () => Response.json({ ...problem, findings: turned }, { status: 422 }));
  render(
    <LanguageProvider initial={{ language: 'en', catalogue: en }}>
      <LanguageMenu />
      <AnalysePage />
    </LanguageProvider>,
  );
  const input = document.querySelector('input[type=file]') as HTMLInputElement;
  await userEvent.upload(input, new File(['bytes'], 'film.png', { type: 'image/png' }));
  await userEvent.click(await screen.findByText(en.quality.repair.turn));
  // jsdom reads no pixels.
  await screen.findByText(en.quality.repair.failed);
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Language' }), 'ms');
  await screen.findByText(ms.quality.repair.failed);
  expect(screen.queryByText(en.quality.repair.failed)).toBeNull();
});
