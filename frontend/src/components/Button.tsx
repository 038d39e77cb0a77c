import type { ComponentProps } from 'react';
import { cx } from '../lib/cx';
import styles from './Button.module.css';

interface ButtonProps extends ComponentProps<'button'> {
  look?: 'primary' | 'plain' | 'compact' | 'icon';
}

export function Button({ look = 'plain', className, ...rest }: ButtonProps) {
  return <button type="button" className={cx(styles.button, styles[look], className)} {...rest} />;
}
