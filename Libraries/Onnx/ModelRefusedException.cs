namespace Onnx;

/// <summary>A model file that must not be loaded. The message says why, for the person who made it.</summary>
public sealed class ModelRefusedException(string reason, Exception? inner = null) : Exception(reason, inner);
