using System.Buffers;
using InferenceService.Batching;
using InferenceService.Execution;
using InferenceService.OpenInference.Requests;
using InferenceService.Predictions;

namespace InferenceService.OpenInference;

/// <summary>From tensors that hold a batch to items that hold a row of each.</summary>
internal static class BatchSplit
{
    public static WorkItem[] Split(InferRequest infer, bool hasBatchAxis, RequestMemory memory, PredictionRequest request, CancellationToken cancellation)
    {
        var inputs = infer.Inputs;
        var shape = ItemShape.Of(
            [.. inputs.Select(input => input.Spec)], [.. inputs.Select(input => hasBatchAxis ? input.Shape[1..] : input.Shape)]);
        if (infer.Batch == 1 && inputs is [{ Rented: { } buffer }])
        {
            memory.HandOver(buffer); // one item, one input: it is laid out as the queue wants it
            return [new WorkItem(shape, buffer, request.Caller, request.Priority, cancellation)];
        }
        var items = new WorkItem[infer.Batch];
        for (var i = 0; i < items.Length; i++)
            items[i] = new WorkItem(shape, Row(inputs, i, infer.Batch), request.Caller, request.Priority, cancellation);
        return items;
    }

    private static byte[] Row(IReadOnlyList<InputTensor> inputs, int index, int batch)
    {
        var row = ArrayPool<byte>.Shared.Rent(inputs.Sum(input => input.Data.Length / batch));
        var written = 0;
        foreach (var input in inputs)
        {
            var length = input.Data.Length / batch;
            input.Data.Span.Slice(index * length, length).CopyTo(row.AsSpan(written));
            written += length;
        }
        return row;
    }
}
