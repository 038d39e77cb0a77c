import type { ReactNode } from 'react';
import { Disclosure } from '../../components/Disclosure';
import { useText } from '../../i18n/context';
import styles from './AsTable.module.css';
import { Figures } from './Figures';

interface AsTableProps {
  label: string;
  headers: readonly string[];
  rows: readonly { readonly key: number; readonly cells: readonly ReactNode[] }[];
}

/** The numbers of a chart, folded away beneath it. */
export function AsTable({ label, headers, rows }: AsTableProps) {
  const text = useText('model');
  return (
    <details className={styles.details}>
      <Disclosure>{text.table}</Disclosure>
      <Figures label={label}>
        <thead>
          <tr>
            {headers.map((header) => (
              <th key={header} scope="col">
                {header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, cells }) => (
            <tr key={key}>
              {cells.map((cell, index) => (
                <td key={headers[index]} data-column={headers[index]}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </Figures>
    </details>
  );
}
