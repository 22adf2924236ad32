import { useState } from 'react';
import type { Box } from '../../../server/api/artifact.ts';

export interface PictureProps {
  readonly path: string;
  readonly url: string;
  readonly boxes: readonly Box[];
}

/** As many colours as a legend has (charts/legend.css). */
const COLORS = 8;

const colorOf = (label: string): number => [...label].reduce((sum, each) => sum + each.charCodeAt(0), 0) % COLORS;

/** A picture of a folder with the boxes that are drawn on it; the boxes' names are in its description too. */
export function Picture({ path, url, boxes }: PictureProps) {
  const [size, setSize] = useState<{ readonly width: number; readonly height: number } | null>(null);
  const labels = boxes.map(({ label }) => label).join(', ');
  return (
    <figure className="picture">
      <a href={url} className="picture-frame">
        <img
          src={url}
          alt={labels === '' ? path : `${path}, with ${labels}`}
          loading="lazy"
          onLoad={({ currentTarget }) =>
            setSize({ width: currentTarget.naturalWidth, height: currentTarget.naturalHeight })
          }
        />
        {size && boxes.length > 0 && (
          <svg viewBox={`0 0 ${size.width} ${size.height}`} preserveAspectRatio="none" aria-hidden="true">
            {boxes.map(({ x, y, width, height, label, score }) => (
              <rect
                key={`${label} ${x} ${y} ${width} ${height}`}
                data-color={colorOf(label)}
                x={x}
                y={y}
                width={width}
                height={height}
              >
                <title>{score === null ? label : `${label} ${score.toFixed(2)}`}</title>
              </rect>
            ))}
          </svg>
        )}
      </a>
      <figcaption className="cut muted" title={path}>
        {path}
        {boxes.length > 0 && ` · ${boxes.length}`}
      </figcaption>
    </figure>
  );
}
