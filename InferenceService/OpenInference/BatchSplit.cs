using InferenceService.Batching;
using InferenceService.Execution;
using InferenceService.OpenInference.Requests;
using InferenceService.Predictions;

namespace InferenceService.OpenInference;

/// <summary>From tensors that hold a batch to items that hold a row of each.</summary>
internal static class BatchSplit
{
    /// <exception cref="ArgumentException">The tensors are not what the model takes.</exception>
    /// <exception cref="ServiceDefaults.Problems.ProblemException">503: all requests together hold too much.</exception>
    public static WorkItem[] Split(InferRequest infer, TensorContract model, RequestMemory memory, PredictionRequest request, CancellationToken cancellation)
    {
        var shape = ShapeOf(infer, model);
        byte[][] rows = infer is { Batch: 1, Inputs: [{ Rented: { } buffer }] }
            ? [buffer] // one item, one input: it is laid out as the queue wants it
            : [.. Enumerable.Range(0, infer.Batch).Select(i => Row(infer, i, memory))];
        return Array.ConvertAll(rows, row =>
        {
            memory.HandOver(row);
            return new WorkItem(shape, row, request.Caller, request.Priority, cancellation);
        });
    }

    /// <summary>
    /// By what the model takes, whatever the tensors say of themselves: a wrong length here would put this caller's bytes
    /// where others' belong.
    /// </summary>
    private static ItemShape ShapeOf(InferRequest infer, TensorContract model)
    {
        var shape = ItemShape.Of(model.Inputs, [.. infer.Inputs.Select(input => model.ItemShapeOf(input.Shape))]);
        for (var i = 0; i < model.Inputs.Count; i++)
        {
            var (input, wanted) = (infer.Inputs[i], model.Inputs[i]);
            if (input.Spec.Name != wanted.Name || input.Spec.ElementType != wanted.ElementType)
                throw new ArgumentException($"Input {i} is {input.Spec.Name} of {input.Spec.ElementType}; the model takes {wanted.Name} of {wanted.ElementType}.");
            if (input.Data.Length != shape.ByteLength(i) * infer.Batch)
                throw new ArgumentException($"Input {wanted.Name} has {input.Data.Length} bytes; {infer.Batch} items of it have {shape.ByteLength(i) * infer.Batch}.");
        }
        return shape;
    }

    private static byte[] Row(InferRequest infer, int index, RequestMemory memory)
    {
        var row = memory.Rent(infer.Inputs.Sum(input => input.Data.Length / infer.Batch));
        var written = 0;
        foreach (var input in infer.Inputs)
        {
            var length = input.Data.Length / infer.Batch;
            input.Data.Span.Slice(index * length, length).CopyTo(row.AsSpan(written));
            written += length;
        }
        return row;
    }
}
