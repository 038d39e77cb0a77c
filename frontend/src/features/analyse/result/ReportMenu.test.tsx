import { act, fireEvent, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { en } from '../../../i18n/catalogue';
import { limits, prediction, study } from '../../../lib/fixtures';
import type { Prediction } from '../../../lib/prediction';
import type { Repair } from '../../../lib/study';
import { ReportMenu } from './ReportMenu';

const asked = vi.fn<(request: Request) => Response>();

beforeEach(() => {
  asked.mockReset();
  vi.stubGlobal('fetch', (request: Request) =>
    new URL(request.url).pathname === '/limits' ? Response.json(limits) : asked(request),
  );
});

async function open(changes: Partial<Prediction> = {}, repair?: Repair): Promise<void> {
  const graded = {
    name: 'IM0001.dcm',
    prediction: { ...prediction('mild'), ...changes },
    gradedAt: new Date(2026, 10, 23),
    date: '',
    view: '',
    study: study('IM0001.dcm'),
    repair,
  };
  render(<ReportMenu graded={graded} onImpression={() => undefined} onLost={() => undefined} />);
  await userEvent.click(screen.getByRole('button', { name: 'Report' }));
}

const dicom: Partial<Prediction> = { input: { ...prediction('mild').input, format: 'dicom' } };

it('offers a structured report of DICOM objects alone, FHIR of every film', async () => {
  await open();
  expect(screen.getByRole('button', { name: /^FHIR/ })).toBeTruthy();
  expect(screen.queryByRole('button', { name: /^DICOM/ })).toBeNull();
});

it('offers no form of a picture that was repaired, and says why', async () => {
  await open({}, { turned: 180, inverted: false });
  expect(screen.queryByRole('button', { name: /^(FHIR|DICOM)/ })).toBeNull();
  expect(screen.getByText(en.report.noForms)).toBeTruthy();
});

it('asks the service for the form by its media type, of the version that graded the film', async () => {
  asked.mockReturnValue(new Response('DICM'));
  await open({ ...dicom, quality: { accepted: false, findings: [] } });
  await userEvent.click(screen.getByRole('button', { name: /^DICOM/ }));
  await screen.findByText('Saved IM0001.sr.dcm.');
  const [request] = asked.mock.calls[0] ?? [];
  expect(request?.headers.get('Accept')).toBe('application/dicom');
  const query = new URL(request?.url ?? '').searchParams;
  expect(query.get('version')).toBe('1.0.0');
  // As it was judged: although the gate rejected it.
  expect(query.get('force')).toBe('true');
});

it('says why the service did not answer, and tries again', async () => {
  const problem = { title: 'The service is busy', detail: 'Since.', code: 'busy', status: 503 };
  asked.mockReturnValueOnce(Response.json(problem, { status: 503 }));
  await open();
  await userEvent.click(screen.getByRole('button', { name: /^FHIR/ }));
  const alert = await screen.findByRole('alert');
  expect(alert.textContent).toContain('busy');
  expect(alert.textContent).not.toContain('Code');
  asked.mockReturnValueOnce(Response.json({ resourceType: 'Bundle' }));
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  await screen.findByText('Saved IM0001.fhir.json.');
  expect(screen.queryByRole('alert')).toBeNull();
});

const chest = {
  name: 'chest.png',
  prediction: prediction('mild'),
  gradedAt: new Date(2026, 10, 23),
  date: '',
  view: '',
  study: study(),
};

it('leaves the box for an impression empty until it is left', async () => {
  function Kept() {
    const [impression, setImpression] = useState<string | null>(null);
    return (
      <ReportMenu
        graded={{ ...chest, impression }}
        onImpression={setImpression}
        onLost={() => undefined}
      />
    );
  }
  render(<Kept />);
  await userEvent.click(screen.getByRole('button', { name: 'Report' }));
  const box = screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Impression' });
  expect(box.value).toMatch(/^Estimated severity mild/);
  await userEvent.clear(box);
  expect(box.value).toBe('');
  await userEvent.type(box, 'Mine');
  expect(box.value).toBe('Mine');
  await userEvent.clear(box);
  await userEvent.tab();
  expect(box.value).toMatch(/^Estimated severity mild/);
});

it('tells beside the box that its words are of the result of another version', async () => {
  const mine = { ...chest, impression: 'I agree.', writtenFor: '0.9.0' };
  const done = () => undefined;
  render(<ReportMenu graded={mine} onImpression={done} onLost={done} />);
  await userEvent.click(screen.getByRole('button', { name: 'Report' }));
  expect(screen.getByText(en.report.writtenFor('0.9.0'))).toBeTruthy();
  expect(screen.getByRole<HTMLTextAreaElement>('textbox').value).toBe('I agree.');
});

describe('what was done', () => {
  const DONE = /^Saved/;
  const choose = (name: string) => fireEvent.click(screen.getByRole('button', { name }));
  const wait = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));
  beforeEach(() => {
    vi.useFakeTimers();
    render(<ReportMenu graded={chest} onImpression={() => undefined} onLost={() => undefined} />);
    choose('Report');
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is said until it was read, and no longer: it lies over the tools', async () => {
    choose('Data (JSON)');
    await wait(5_000);
    expect(screen.getByText(DONE)).toBeTruthy();
    await wait(10_000);
    expect(screen.queryByText(DONE)).toBeNull();
  });

  it('is said anew of the next, as long', async () => {
    choose('Data (JSON)');
    await wait(8_000);
    choose('Report');
    choose('Data (JSON)');
    await wait(8_000);
    expect(screen.getByText(DONE)).toBeTruthy();
  });

  it('stays where it failed', async () => {
    vi.spyOn(URL, 'createObjectURL').mockImplementation(() => {
      throw new TypeError('no room');
    });
    choose('Data (JSON)');
    await wait(60_000);
    expect(screen.getByRole('alert').textContent).toBe(en.report.failed);
  });
});

it('tells of a report that failed after its film was left', async () => {
  const lost = vi.fn();
  const { unmount } = render(
    <ReportMenu graded={chest} onImpression={() => undefined} onLost={lost} />,
  );
  await userEvent.click(screen.getByRole('button', { name: 'Report' }));
  vi.spyOn(URL, 'createObjectURL').mockImplementation(() => {
    throw new TypeError('no room');
  });
  fireEvent.click(screen.getByRole('button', { name: 'Data (JSON)' }));
  unmount();
  await vi.waitFor(() => expect(lost).toHaveBeenCalledOnce());
});

it('does not blame the report where the browser lets nobody copy it', async () => {
  await open();
  // As on a page by plain HTTP; `userEvent` gives one of its own.
  vi.stubGlobal('navigator', { ...navigator, clipboard: undefined });
  fireEvent.click(screen.getByRole('button', { name: en.report.copy }));
  expect((await screen.findByRole('alert')).textContent).toBe(en.report.uncopied);
});
