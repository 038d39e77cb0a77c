import { useRef } from 'react';
import { Button } from '../../../components/Button';
import { FolderIcon, OpenIcon } from '../../../components/icons';

interface OpenButtonProps {
  label: string;
  look?: 'primary' | 'plain' | 'compact';
  /** Whether it opens a folder with all that is in it. */
  folder?: boolean;
  onFiles: (files: File[]) => void;
}

/** A button that opens the system's file dialogue. */
export function OpenButton({ label, look = 'plain', folder = false, onFiles }: OpenButtonProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button look={look} onClick={() => input.current?.click()}>
        {folder ? <FolderIcon /> : <OpenIcon />}
        {label}
      </Button>
      {/* No `accept`: DICOM files often have no ending and would be greyed out. */}
      <input
        ref={input}
        type="file"
        hidden
        multiple
        webkitdirectory={folder ? '' : undefined}
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])];
          // So that the same file, changed or not, can be chosen again.
          event.currentTarget.value = '';
          if (files.length > 0) {
            onFiles(files);
          }
        }}
      />
    </>
  );
}
