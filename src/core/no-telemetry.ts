// The first import of the program, and of whatever else starts threads that run models.
//
// ONNX Runtime would otherwise look up and call its maker's telemetry host, and keep a device id and a database under
// ~/.cache. It reads this variable from the environment of the process when it makes its first session. A thread has a
// copy of the environment, which ONNX Runtime does not see: so the main thread sets it, before any thread runs a model.
process.env.ORT_DISABLE_TELEMETRY = '1';
