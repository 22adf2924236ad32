/**
 * onnxruntime, loaded on first use: 60 MB of native code. Since its version 1.30 it reports to its maker and keeps an identifier of the machine unless it is told not
 * to before it loads; a training tells nobody anything.
 */
export function loadRuntime(): Promise<typeof import('onnxruntime-node')> {
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
  return import('onnxruntime-node');
}
