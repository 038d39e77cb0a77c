import { useTheme } from '../lib/theme';
import { Button } from './Button';
import { MoonIcon, SunIcon } from './icons';

interface ThemeToggleProps {
  /** Names of the actions. */
  labels: { light: string; dark: string };
}

export function ThemeToggle({ labels }: ThemeToggleProps) {
  const { theme, choose } = useTheme();
  const other = theme === 'dark' ? 'light' : 'dark';
  return (
    <Button
      look="icon"
      aria-label={labels[other]}
      title={labels[other]}
      onClick={() => choose(other)}
    >
      {other === 'light' ? <SunIcon /> : <MoonIcon />}
    </Button>
  );
}
