import { BaseEdge, type Edge, type EdgeProps } from '@xyflow/react';
import type { Place } from './quick-layout.ts';
import { roundPath } from './round-path.ts';

export type RoutedEdgeData = Edge<{ readonly route: readonly Place[] }, 'routed'>;

/** An edge that goes around the boxes on its way. */
export const RoutedEdge = ({ data }: EdgeProps<RoutedEdgeData>) => <BaseEdge path={roundPath(data?.route ?? [])} />;
