import { expect, test } from 'vitest';
import { type EpochRow, resultsCsv } from '../../../../steps/yolo/train/results-csv.ts';

test('results.csv has the 15 columns and the number format of Ultralytics', () => {
  const row: EpochRow = {
    epoch: 1,
    'train/box_loss': 4.369123456,
    'train/cls_loss': 3.99,
    'train/dfl_loss': 123456.789,
    'metrics/precision(B)': 0.0000123456789,
    'metrics/recall(B)': 0,
    'metrics/mAP50(B)': 0.5,
    'metrics/mAP50-95(B)': 0.00012,
    'val/box_loss': Number.NaN,
    'val/cls_loss': 1234567,
    'val/dfl_loss': 2,
    'lr/pg0': 0.000119,
    'lr/pg1': 0.01,
    'lr/pg2': 0.1,
  };
  expect(resultsCsv([row], [12.3456789])).toBe(
    'epoch,time,train/box_loss,train/cls_loss,train/dfl_loss,metrics/precision(B),metrics/recall(B),metrics/mAP50(B),metrics/mAP50-95(B),val/box_loss,val/cls_loss,val/dfl_loss,lr/pg0,lr/pg1,lr/pg2\n' +
      '1,12.3457,4.36912,3.99,123457,1.23457e-05,0,0.5,0.00012,nan,1.23457e+06,2,0.000119,0.01,0.1\n',
  );
});
