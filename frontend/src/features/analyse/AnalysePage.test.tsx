import { act, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { AnalysePage } from './AnalysePage';
// The page fetches it when it is idle; here it must be there.
import '../../viewer/Viewer';
import { another, limits, model, perClass, prediction } from '../../lib/fixtures';
import type { Prediction, Severity } from '../../lib/prediction';

type Reply = (request: Request) => Promise<Response> | Response;
const network = vi.fn<Reply>();
/** What the service tells of a model; apart, so that it takes no answer meant for a file. */
const models = vi.fn<Reply>();
const targets = () =>
  network.mock.calls.map(([request]) => new URL(request.url).searchParams.get('target'));
const pathOf = (asked: Request | string) =>
  typeof asked === 'string' ? '' : new URL(asked.url).pathname;
const graded = (severity: Severity, changes: Partial<Prediction> = {}) =>
  Response.json({ ...another(severity), ...changes });
const problem = (status: number, code: string, title: string) =>
  Response.json({ type: `/problems/${code}`, title, status, detail: 'Since.', code }, { status });

const file = (name = 'chest.png') => new File(['bytes'], name, { type: 'image/png' });
const announced = () =>
  screen
    .getAllByRole('status')
    .map((status) => status.textContent)
    .join('');
const heading = () => screen.getByRole('heading', { level: 1 }).textContent;

async function choose(of: File) {
  await userEvent.upload(document.querySelector('input[type=file]') as HTMLInputElement, of);
}

async function chooseMild() {
  await screen.findByText(/cannot show the file itself/);
  await waitFor(() => expect(screen.queryByLabelText(/Strength/)).toBeNull());
  await userEvent.click(screen.getByRole('radio', { name: 'Mild' }));
}

beforeEach(() => {
  network.mockReset();
  const notReady = () => problem(503, 'not-ready', 'The service is not ready');
  models.mockReset().mockImplementation(notReady);
  vi.stubGlobal('fetch', (request: Request) => {
    const path = pathOf(request);
    const told = path === '/limits' ? Response.json(limits) : null;
    return told ?? (path.startsWith('/models/') ? models(request) : network(request));
  });
  render(<AnalysePage />);
});

describe('a graded file', () => {
  it('shows grade, confidence, probabilities and where they came from', async () => {
    network.mockResolvedValue(graded('moderate'));
    await choose(file());
    await screen.findByText('Estimated severity');
    expect(heading()).toContain('Moderate');
    const rows = within(screen.getByRole('list', { name: 'Probability of each grade' }));
    expect(rows.getAllByRole('listitem').map((row) => row.textContent)).toEqual([
      'Mild 10%',
      'Moderate 80%',
      'Severe 10%',
    ]);
    expect(screen.getByRole('link', { name: /model card/ }).getAttribute('href')).toBe(
      '#/model/1.0.0',
    );
    expect(announced()).toContain('Result for chest.png: moderate, 80% model confidence.');
    expect(screen.getByRole('table').textContent).toContain('Estimated Brixia score 7.3 of 18');
  });

  it('asks once for each target that it explains', async () => {
    network.mockImplementation((request) => {
      const asked = new URL(request.url).searchParams.get('target');
      return Response.json(prediction('severe', asked === 'mild' ? 'mild' : 'severe'));
    });
    await choose(file());
    await chooseMild();
    await screen.findByText(/Grad-CAM for mild/);
    await userEvent.click(screen.getByRole('radio', { name: 'Severe' }));
    await userEvent.click(screen.getByRole('radio', { name: 'Mild' }));
    await screen.findByText(/Grad-CAM for mild/);
    expect(targets()).toEqual(['burden', 'mild']);
  });

  it('keeps the result when a target fails, and tries again', async () => {
    network.mockResolvedValueOnce(graded('severe'));
    await choose(file());
    network.mockResolvedValueOnce(problem(500, 'internal-error', 'The service failed'));
    await chooseMild();
    expect((await screen.findByRole('alert')).textContent).toContain('The service failed');
    expect(heading()).toContain('Severe');
    network.mockResolvedValueOnce(Response.json(prediction('severe', 'mild')));
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await screen.findByText(/Grad-CAM for mild/);
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('lies under the overlay where the browser cannot show the file', async () => {
    const input = { ...prediction('mild').input, format: 'dicom' as const };
    network.mockResolvedValue(graded('mild', { input }));
    await choose(file('IM0001'));
    const image = await screen.findByAltText('Radiograph with its heatmap: IM0001');
    expect(image.getAttribute('src')).toMatch(/^data:image\/jpeg/);
    expect(screen.getByText(/This page cannot show the file itself/)).toBeTruthy();
    expect(screen.getByRole('radio', { name: 'Mild' })).toBeTruthy();
    expect(screen.queryByRole('slider')).toBeNull();
  });
});

describe('what a grade is worth', () => {
  const WORTH = /^When it says/;
  const gradedBy = (version: string) =>
    graded('mild', { model: { name: 'cxr-severity', version } });
  const openBy = async (version: string) => {
    network.mockResolvedValueOnce(gradedBy(version));
    await choose(file(`${version}.png`));
    await waitFor(() => expect(announced()).toContain(version));
    await screen.findByText('Estimated severity');
  };

  // What a version told is kept for good: each test has versions of its own.
  it('is told of each version, asking once for each', async () => {
    const told = model({ per_class: perClass({ value: 0.5, low: 0.25, high: 0.8 }) });
    models.mockResolvedValueOnce(Response.json(model()));
    await openBy('1.0.0');
    const worth = await screen.findByText(WORTH);
    expect(worth.textContent).toBe(
      'When it says mild, it is right in 75% (95% interval 63–88%; 24 unseen films).',
    );
    models.mockResolvedValueOnce(Response.json(told));
    await openBy('1.1.0');
    await screen.findByText(/^When it says mild, it is right in 50% .* 25–80%/);
    await openBy('1.0.0');
    await screen.findByText(/right in 75%/);
    const asked = models.mock.calls.map(([request]) => new URL(request.url).pathname);
    expect(asked).toEqual(['/models/1.0.0', '/models/1.1.0']);
  });

  it('is left out while it cannot be had, and asked for with the next result', async () => {
    await openBy('2.0.0');
    await waitFor(() => expect(models).toHaveBeenCalledOnce());
    expect(screen.queryByText(WORTH)).toBeNull();
    expect(screen.queryByRole('alert')).toBeNull();
    models.mockResolvedValueOnce(Response.json(model()));
    await openBy('2.0.0');
    await screen.findByText(WORTH);
  });

  it('does not hold up the grade', async () => {
    models.mockImplementation(() => new Promise(() => undefined));
    await openBy('3.0.0');
    expect(heading()).toContain('Mild');
    expect(screen.queryByText(WORTH)).toBeNull();
  });
});

describe('when more than one grade is plausible', () => {
  const unsure = (version: string) =>
    graded('moderate', {
      prediction_set: ['moderate', 'severe'],
      refer: true,
      model: { name: 'cxr-severity', version },
    });

  it('leaves the grade to a person, and says how often one of these is right', async () => {
    models.mockResolvedValue(Response.json(model({}, 0.85)));
    network.mockResolvedValue(unsure('4.0.0'));
    await choose(file());
    await screen.findByText('Moderate or severe: let a person decide.');
    await screen.findByText('In about 85 of 100 films the reference grade is among these.');
    expect(announced()).toContain('let a person decide');
    // The grade itself stays what the heading says.
    expect(heading()).toBe('Estimated severity Moderate');
  });

  it('does so without a number where none can be had', async () => {
    network.mockResolvedValue(unsure('4.1.0'));
    await choose(file());
    await screen.findByText('Moderate or severe: let a person decide.');
    await waitFor(() => expect(models).toHaveBeenCalledOnce());
    expect(screen.queryByText(/of 100 films/)).toBeNull();
  });

  it('does not say so of one', async () => {
    network.mockResolvedValue(graded('moderate'));
    await choose(file());
    await screen.findByText('Estimated severity');
    expect(screen.queryByText(/: let a person decide/)).toBeNull();
  });
});

describe('a refused file', () => {
  it('takes the former result away and says what to do', async () => {
    network.mockResolvedValueOnce(graded('severe'));
    await choose(file());
    await screen.findByText('Estimated severity');
    network.mockResolvedValueOnce(problem(422, 'damaged-image', 'The image is damaged'));
    await choose(file('broken.png'));
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toContain('The image is damaged');
    expect(alert.textContent).toContain('Export the image again');
    expect(heading()).toBe('No result');
    expect(screen.queryByText('Estimated severity')).toBeNull();
    expect(screen.queryByRole('button', { name: 'Try again' })).toBeNull();
  });

  it('is not sent when it is over the limit', async () => {
    const large = file('large.dcm');
    Object.defineProperty(large, 'size', { value: limits.max_bytes + 1 });
    await choose(large);
    expect((await screen.findByRole('alert')).textContent).toContain('At most 2 MB');
    expect(network).not.toHaveBeenCalled();
  });

  it.each([
    ['a service that is not ready', () => problem(503, 'not-ready', 'The service is not ready')],
    ['a lost connection', () => Promise.reject(new TypeError('Failed to fetch'))],
  ])('can be sent again after %s', async (_, reply) => {
    network.mockImplementationOnce(reply);
    await choose(file());
    network.mockResolvedValueOnce(graded('mild'));
    await userEvent.click(await screen.findByRole('button', { name: 'Try again' }));
    await waitFor(() => expect(heading()).toContain('Mild'));
  });
});

describe('while a file is being graded', () => {
  const never = () => new Promise<Response>(() => undefined);

  it('can be cancelled', async () => {
    network.mockImplementation(never);
    await choose(file());
    expect(heading()).toContain('Analysing');
    await waitFor(() => expect(network).toHaveBeenCalledOnce());
    await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    expect(network.mock.calls[0]?.[0].signal.aborted).toBe(true);
    expect(announced()).toBe('Cancelled.');
    expect(document.activeElement).toBe(screen.getByRole('heading', { level: 1 }));
  });

  it('lets a newer one be seen first', async () => {
    network.mockImplementationOnce(never);
    await choose(file('old.png'));
    await waitFor(() => expect(network).toHaveBeenCalledOnce());
    network.mockResolvedValueOnce(graded('mild'));
    drop(file('new.png'));
    await waitFor(() => expect(heading()).toContain('Mild'));
    expect(network.mock.calls[0]?.[0].signal.aborted).toBe(false);
    expect(announced()).toContain('new.png');
    await waitFor(() => expect(rows()).toEqual(['old.pngGrading', 'new.pngMild80%7.3']));
  });
});

const rows = () =>
  within(screen.getByRole('region', { name: 'Worklist' }))
    .queryAllByRole('row')
    .filter((row) => row.dataset.status)
    .map((row) => row.textContent);

const carrying = (files: File[]) => ({ types: ['Files'], files, items: [] });

function drop(...files: File[]) {
  act(() => {
    fireEvent.drop(window, { dataTransfer: carrying(files) });
  });
}

describe('ways in', () => {
  beforeEach(() => {
    network.mockImplementation(() => graded('mild'));
  });

  it('queues several dropped files, and selects the first', async () => {
    drop(file('one.png'), file('two.png'));
    await waitFor(() => expect(rows()).toEqual(['one.pngMild80%7.3', 'two.pngMild80%7.3']));
    expect(announced()).toContain('one.png');
  });

  it('takes a picture from the clipboard', async () => {
    fireEvent.paste(window, { clipboardData: carrying([file('image.png')]) });
    await waitFor(() => expect(announced()).toMatch(/Pasted image \d\d-\d\d-\d\d/));
  });

  it('takes a bundled sample', async () => {
    network.mockImplementation((request) =>
      typeof request === 'string'
        ? // jsdom's form takes jsdom's blobs only, not those of a real response.
          Object.assign(new Response(), { blob: () => Promise.resolve(new Blob(['png'])) })
        : graded('mild'),
    );
    const [sample] = screen.getAllByRole('button', { name: /^Sample/ });
    await userEvent.click(sample as HTMLElement);
    await waitFor(() => expect(heading()).toContain('Mild'));
    // Under one's own results they would be in the way.
    expect(screen.queryAllByRole('button', { name: /^Sample/ })).toEqual([]);
  });
});
