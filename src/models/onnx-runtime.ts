// Everything that runs a model imports ONNX Runtime from here, so that its telemetry is off wherever it is loaded.
import '../core/no-telemetry.js';

export { InferenceSession, Tensor } from 'onnxruntime-node';
