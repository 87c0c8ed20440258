using Microsoft.ML.OnnxRuntime.Tensors;

namespace InferenceService.Execution;

/// <summary>One input or output of a model.</summary>
/// <param name="ItemShape">Shape of one item, -1 for any size. The batch axis is not in it when the model has one.</param>
public sealed record TensorSpec(string Name, TensorElementType ElementType, int[] ItemShape)
{
    /// <summary>Bytes of one element.</summary>
    public int ElementSize => SizeOf(ElementType) ?? throw new InvalidOperationException($"{ElementType} has no fixed size.");

    public bool IsFixed => Array.TrueForAll(ItemShape, side => side >= 0);

    /// <summary>Null for what is not served: strings, complex numbers and types of less than a byte.</summary>
    public static int? SizeOf(TensorElementType type) => type switch
    {
        TensorElementType.Bool or TensorElementType.Int8 or TensorElementType.UInt8 => 1,
        TensorElementType.Float16 or TensorElementType.BFloat16 or TensorElementType.Int16 or TensorElementType.UInt16 => 2,
        TensorElementType.Float or TensorElementType.Int32 or TensorElementType.UInt32 => 4,
        TensorElementType.Double or TensorElementType.Int64 or TensorElementType.UInt64 => 8,
        _ => null,
    };
}
