import { expect, it } from 'vitest';
import { collectFiles, collectTransfer, takenOf } from './collect';

function file(path: string): File {
  const made = new File(['x'], path.split('/').at(-1) ?? '');
  Object.defineProperty(made, 'webkitRelativePath', { value: path.includes('/') ? path : '' });
  return made;
}

it('leaves out of a folder what is no film by its name, and sends what is opened by itself', () => {
  const folder = [
    'ward/a.dcm',
    'ward/IM0001',
    'ward/README.txt',
    'ward/.DS_Store',
    'ward/list.csv',
  ];
  const { studies, skipped } = collectFiles(folder.map(file));
  expect(studies.map(({ name }) => name)).toEqual(['ward/a.dcm', 'ward/IM0001']);
  expect(skipped).toBe(3);
  expect(collectFiles([file('README.txt')])).toMatchObject({ skipped: 0, studies: [{}] });
});

it('goes on with a folder past what cannot be read, and counts that', async () => {
  const entry = (path: string, more: object) => ({
    name: path.split('/').at(-1),
    fullPath: path,
    ...more,
  });
  const readable = (path: string) =>
    entry(path, { isFile: true, file: (done: (of: File) => void) => done(file(path.slice(1))) });
  const broken = entry('/ward/link.dcm', {
    isFile: true,
    file: (_: unknown, failed: (error: Error) => void) => failed(new Error('NotFoundError')),
  });
  const locked = entry('/ward/locked', {
    isDirectory: true,
    createReader: () => ({
      readEntries: (_: unknown, failed: (error: Error) => void) => failed(new Error('denied')),
    }),
  });
  const portions = [[readable('/ward/a.dcm'), broken, locked, readable('/ward/b.dcm')], []];
  const ward = entry('/ward', {
    isDirectory: true,
    createReader: () => ({
      readEntries: (done: (of: unknown) => void) => done(portions.shift()),
    }),
  });
  const items = [{ webkitGetAsEntry: () => ward }];
  const found = await collectTransfer({ items, files: [] } as unknown as DataTransfer);
  expect(found.studies.map(({ name }) => name)).toEqual(['ward/a.dcm', 'ward/b.dcm']);
  expect(found).toMatchObject({ unread: 2, skipped: 0, empty: [] });
});

it('takes the rest of a folder that is too large when it is opened again', () => {
  const folder = Array.from({ length: 4003 }, (_, at) => ({ name: `${at}.png`, source: '/' }));
  const first = takenOf(folder, []);
  expect(first).toMatchObject({ taken: 2000, beyond: 2003 });
  expect(first.studies).toEqual(folder.slice(0, 2000));
  const open = first.studies.map((study) => ({ study }));
  const second = takenOf(folder, open);
  expect(second).toMatchObject({ taken: 2000, beyond: 3 });
  expect(second.studies).toEqual(folder.slice(0, 4000));
  const rest = takenOf(
    folder,
    second.studies.map((study) => ({ study })),
  );
  expect(rest).toEqual({ studies: folder, taken: 3, beyond: 0 });
  const { studies } = collectFiles(folder.map(({ name }) => file(name)));
  expect(studies).toHaveLength(4003);
});
