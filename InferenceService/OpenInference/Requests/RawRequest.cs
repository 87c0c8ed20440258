using ServiceDefaults.Problems;

namespace InferenceService.OpenInference.Requests;

/// <summary>
/// A request without JSON (<c>Inference-Header-Content-Length: 0</c>): the body is one item of the model's only input, of
/// which no more than one side is open, so that the length tells the shape. Every output comes back as binary data.
/// </summary>
internal static class RawRequest
{
    public static InferRequest Of(TensorContract model, ReadOnlyMemory<byte> body)
    {
        if (model.Inputs is not [var spec])
            throw ProblemException.Invalid("Inference-Header-Content-Length", $"A body without JSON is for models of one input; '{model.Model}' has {model.Inputs.Count}.");
        if (spec.ItemShape.Count(side => side < 0) > 1)
            throw ProblemException.Invalid("Inference-Header-Content-Length", $"The length does not tell the shape: the input '{spec.Name}' is [{string.Join(',', model.ShapeOf(spec))}].");
        var shape = ShapeOf(model, body.Length);
        InputReader.CheckValues(model, spec, body.Span);
        return new InferRequest(
            Id: null,
            [new InputTensor(spec, model.HasBatchAxis ? [1, .. shape] : shape, body, Rented: null)],
            [.. model.Outputs.Select((_, i) => new RequestedOutput(i, Binary: true))],
            Batch: 1);
    }

    private static int[] ShapeOf(TensorContract model, int length)
    {
        var spec = model.Inputs[0];
        var known = spec.ItemShape.Where(side => side >= 0).Aggregate((long)spec.ElementSize, (product, side) => checked(product * side));
        var open = known > 0 ? length / known : 0;
        var fits = open * known == length && open > 0 && (open == 1 || !spec.IsFixed);
        if (!fits)
            throw ProblemException.Invalid(spec.Name, $"{length} bytes are no [{string.Join(',', spec.ItemShape)}] of {Datatypes.NameOf(spec.ElementType)}, which is one item of the input '{spec.Name}'.");
        return [.. spec.ItemShape.Select(side => side < 0 ? (int)open : side)];
    }
}
