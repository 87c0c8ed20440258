using Microsoft.ML.OnnxRuntime.Tensors;

namespace InferenceService.OpenInference;

/// <summary>Element types as the protocol calls them.</summary>
internal static class Datatypes
{
    /// <summary>Strings: what classifications are given as. No model that is served takes or gives them.</summary>
    public const string Bytes = "BYTES";

    public static string NameOf(TensorElementType type) => type switch
    {
        TensorElementType.Bool => "BOOL",
        TensorElementType.UInt8 => "UINT8",
        TensorElementType.UInt16 => "UINT16",
        TensorElementType.UInt32 => "UINT32",
        TensorElementType.UInt64 => "UINT64",
        TensorElementType.Int8 => "INT8",
        TensorElementType.Int16 => "INT16",
        TensorElementType.Int32 => "INT32",
        TensorElementType.Int64 => "INT64",
        TensorElementType.Float16 => "FP16",
        TensorElementType.BFloat16 => "BF16",
        TensorElementType.Float => "FP32",
        TensorElementType.Double => "FP64",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Models with such tensors are not loaded."),
    };

    /// <summary>JSON has no form for them that every client reads the same.</summary>
    public static bool IsBinaryOnly(TensorElementType type) => type is TensorElementType.Float16 or TensorElementType.BFloat16;

    public static bool IsFloat(TensorElementType type) => IsBinaryOnly(type) || type is TensorElementType.Float or TensorElementType.Double;
}
