namespace Onnx;

/// <summary>A model file that must not be loaded. The message says why, for the person who made it.</summary>
public sealed class ModelRefusedException(string reason, Exception? inner = null) : Exception(reason, inner)
{
    /// <summary>It may be taken another time, as it is.</summary>
    public bool MayPass { get; init; }
}
