export interface GraphButtonsProps {
  readonly onZoom: (factor: number) => void;
  readonly onFit: () => void;
}

const ZOOM_STEP = 1.5;

/** For who has neither wheel nor fingers. */
export const GraphButtons = ({ onZoom, onFit }: GraphButtonsProps) => (
  <div className="dag-buttons">
    <button type="button" aria-label="Zoom in" onClick={() => onZoom(ZOOM_STEP)}>
      +
    </button>
    <button type="button" aria-label="Zoom out" onClick={() => onZoom(1 / ZOOM_STEP)}>
      −
    </button>
    <button type="button" aria-label="Fit view" onClick={onFit}>
      ⤢
    </button>
  </div>
);
