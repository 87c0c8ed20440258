using InferenceService.Execution;
using InferenceService.Models;

namespace InferenceService.OpenInference;

/// <summary>What one version of a model takes and gives, as a request is held against it.</summary>
/// <param name="HasBatchAxis">The first axis of every tensor counts items, and the specs are without it.</param>
/// <param name="AllowsNonFinite">Whether NaN and infinities may go in.</param>
internal sealed record TensorContract(
    string Model, IReadOnlyList<TensorSpec> Inputs, IReadOnlyList<TensorSpec> Outputs, bool HasBatchAxis, bool AllowsNonFinite = false)
{
    public static TensorContract Of(ServedModel served) =>
        new(served.Manifest.Name, served.Inputs, served.Outputs, served.HasBatchAxis, served.Manifest.AllowsNonFinite);

    /// <summary>The shape as the protocol shows it: with the batch axis, -1 for any size.</summary>
    public int[] ShapeOf(TensorSpec tensor) => HasBatchAxis ? [-1, .. tensor.ItemShape] : tensor.ItemShape;

    /// <summary>Of a shape as sent, what an item has of it.</summary>
    public int[] ItemShapeOf(int[] shape) => HasBatchAxis ? shape[1..] : shape;

    public int IndexOfInput(string name) => IndexOf(Inputs, name);

    public int IndexOfOutput(string name) => IndexOf(Outputs, name);

    private static int IndexOf(IReadOnlyList<TensorSpec> tensors, string name)
    {
        for (var i = 0; i < tensors.Count; i++)
        {
            if (tensors[i].Name == name)
                return i;
        }
        return -1;
    }
}
