import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Dialog } from './dialog.tsx';
import { Problem } from './problem.tsx';

export interface ConfirmProps {
  readonly title: string;
  /** What happens then, and what can't be taken back. */
  readonly children: ReactNode;
  readonly verb: string;
  readonly isDanger?: boolean;
  readonly act: () => Promise<unknown>;
  readonly onClose: () => void;
  /** After it was done. */
  readonly onDone?: () => void;
}

/** Asks before something that can't be undone, and says so when it can't be done. */
export function Confirm({ title, children, verb, isDanger = false, act, onClose, onDone }: ConfirmProps) {
  const { mutate, isPending, error } = useMutation({
    mutationFn: act,
    onSuccess: () => {
      onClose();
      onDone?.();
    },
  });
  const footer = (
    <>
      <button type="button" className="button" onClick={onClose}>
        Keep
      </button>
      <button
        type="button"
        className={isDanger ? 'button danger' : 'button primary'}
        disabled={isPending}
        onClick={() => mutate()}
      >
        {verb}
      </button>
    </>
  );
  return (
    <Dialog title={title} onClose={onClose} footer={footer}>
      {error && <Problem error={error} />}
      {children}
    </Dialog>
  );
}
