using System.Buffers;
using InferenceService.Batching;
using InferenceService.Execution;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Unit.InferenceService.Batching;

/// <summary>Items to queue; a small one carries a number that a test knows it by.</summary>
internal static class Items
{
    public static readonly ItemShape Shape = ShapeOf(1);

    public static ItemShape ShapeOf(params int[] dims) =>
        ItemShape.Of([new TensorSpec("input", TensorElementType.Int32, [.. dims.Select(_ => -1)])], dims);

    public static WorkItem Of(
        string principal = "ann", Priority priority = Priority.Interactive, ItemShape? shape = null, int number = 0, CancellationToken cancellation = default)
    {
        var input = ArrayPool<byte>.Shared.Rent(sizeof(int));
        BitConverter.TryWriteBytes(input, number);
        return new WorkItem(shape ?? Shape, input, principal, priority, cancellation);
    }

    public static WorkItem[] Several(int count, string principal = "ann") => [.. Enumerable.Range(0, count).Select(number => Of(principal, number: number))];

    public static int NumberOf(WorkItem item) => BitConverter.ToInt32(item.Input);

    /// <summary>A result that carries the number.</summary>
    public static WorkResult Result(int number, int batchSize)
    {
        var output = ArrayPool<byte>.Shared.Rent(sizeof(int));
        BitConverter.TryWriteBytes(output, number);
        return new WorkResult(output, new OutputLayout([[1]], [sizeof(int)]), 0, 0, batchSize);
    }
}
