import { useQuery } from '@tanstack/react-query';
import { shellWord } from '../../shell-word.ts';
import { infoQuery } from './queries.ts';

/** The command that runs a pipeline of this project; one that makes a project where there is none. */
export function useRunCommand(): string {
  const { data: info } = useQuery(infoQuery);
  const first = info?.pipelines[0];
  return first ? `sluice run ${shellWord(first.name)}` : 'sluice init';
}
