import { BarChart, LineChart, ParallelChart } from 'echarts/charts';
import { GridComponent, ParallelComponent, TooltipComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';

// Only what the charts here draw: the whole library is a megabyte.
use([BarChart, LineChart, ParallelChart, GridComponent, ParallelComponent, TooltipComponent, CanvasRenderer]);

export { init };
