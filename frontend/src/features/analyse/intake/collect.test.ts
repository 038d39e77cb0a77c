import { expect, it } from 'vitest';
import { collectFiles } from './collect';

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
