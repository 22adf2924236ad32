import { availableParallelism } from 'node:os';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { loadRuntime } from './load-runtime.ts';

export interface SessionOptions {
  /** Threads inside an operator; never more than there are cores: more makes sessions 4-5 times slower. Default: all cores. */
  readonly threads?: number;
  /**
   * Whether idle threads spin while they wait. About 5 % faster on a quiet machine; with one other busy process on the cores it falls to a third of the
   * speed, so it is off by default.
   */
  readonly spinning?: boolean;
  /**
   * Whether onnxruntime rewrites the graph before it runs it: folds constants, melts operators together, lays weights out for its convolutions. Without, a session of
   * a graph that has its operators melted already and no constant weights opens in a third of the time and runs as fast. Default: yes.
   */
  readonly optimize?: boolean;
  /** Where onnxruntime writes its profile: path prefix of the JSON file. */
  readonly profile?: string;
}

/** A tensor to feed or fetched; int64 for indices. */
export interface Feed {
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

export type Fetched = ReadonlyMap<string, Float32Array | BigInt64Array>;

/** An ONNX model loaded into onnxruntime. */
export interface Session {
  /** Computes all outputs. Inputs are read in place, not copied; outputs are new arrays. The call blocks the event loop while it computes. */
  run(feeds: Readonly<Record<string, Feed>>): Promise<Fetched>;
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Milliseconds spent inside onnxruntime since the session was opened. */
  readonly runtimeMs: number;
  close(): Promise<void>;
}

/** Opens a model, given as its bytes or as a file's path. */
export async function openSession(model: Uint8Array | string, options: SessionOptions = {}): Promise<Session> {
  const { InferenceSession, Tensor } = await loadRuntime();
  const settings = runtimeOptions(options);
  const session =
    typeof model === 'string'
      ? await InferenceSession.create(model, settings)
      : await InferenceSession.create(model, settings);
  let runtimeMs = 0;
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    get runtimeMs() {
      return runtimeMs;
    },
    async run(feeds) {
      const tensors: Record<string, Tensor> = {};
      for (const [name, { data, shape }] of Object.entries(feeds)) {
        tensors[name] =
          data instanceof Float32Array ? new Tensor('float32', data, shape) : new Tensor('int64', data, shape);
      }
      const started = performance.now();
      const results = await session.run(tensors);
      runtimeMs += performance.now() - started;
      return new Map(Object.entries(results).map(([name, tensor]) => [name, numbersOf(name, tensor)]));
    },
    async close() {
      if (options.profile !== undefined) session.endProfiling();
      await session.release();
    },
  };
}

function runtimeOptions(options: SessionOptions): InferenceSession.SessionOptions {
  const { threads, spinning = false, optimize = true, profile } = options;
  const cores = availableParallelism();
  return {
    executionProviders: ['cpu'],
    intraOpNumThreads: Math.max(1, Math.min(threads ?? cores, cores)),
    interOpNumThreads: 1,
    graphOptimizationLevel: optimize ? 'all' : 'disabled',
    // 3 = errors alone: the optimizer warns about every output that it could not fold.
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: spinning ? '1' : '0' } } },
    ...(profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: profile }),
  };
}

function numbersOf(name: string, tensor: Tensor): Float32Array | BigInt64Array {
  const { data } = tensor;
  if (data instanceof Float32Array || data instanceof BigInt64Array) return data;
  throw new Error(`Output ${name} is ${tensor.type}; only float32 and int64 are fetched.`);
}
