/** Pictures of the navigation, 16 × 16, drawn with lines. */
const PATHS = {
  runs: 'M3 4h10M3 8h10M3 12h6',
  pipelines: 'M4 4h.01M12 4h.01M4 12h.01M12 12h.01M4 4v8M4 4l8 8M12 4v8',
  artifacts: 'M8 2l5 2.8v6.4L8 14l-5-2.8V4.8zM3 4.8l5 2.8l5-2.8M8 7.6V14',
  stacks: 'M8 2.5l6 3l-6 3l-6-3zM2 8.5l6 3l6-3M2 11.2l6 3l6-3',
  cache: 'M9.2 1.8l-5.4 7.4h4l-1 5l5.4-7.4h-4z',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg
      width="16"
      height="16"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
