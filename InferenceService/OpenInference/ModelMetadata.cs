using InferenceService.Execution;
using InferenceService.Models;

namespace InferenceService.OpenInference;

/// <summary>What a version takes and gives. Image and tabular models show their tensors here, and take them as they are: no preprocessing, and outputs before their activation.</summary>
/// <param name="Versions">Those in memory; others of the registry are loaded when a path names them.</param>
internal sealed record ModelMetadata(
    string Name, IReadOnlyList<string> Versions, string Platform, IReadOnlyList<ModelMetadata.Tensor> Inputs, IReadOnlyList<ModelMetadata.Tensor> Outputs)
{
    public const string OnnxPlatform = "onnxruntime_onnx";

    public static ModelMetadata Of(ServedModel served, ModelHost host)
    {
        var contract = TensorContract.Of(served);
        var loaded = host.FindAll(served.Manifest.Name).Select(version => version.Manifest.Version);
        return new ModelMetadata(
            served.Manifest.Name, [.. loaded.Append(served.Manifest.Version).Distinct()], OnnxPlatform,
            [.. contract.Inputs.Select(input => Tensor.Of(input, contract))], [.. contract.Outputs.Select(output => Tensor.Of(output, contract))]);
    }

    /// <param name="Shape">With the batch axis; -1 for any size.</param>
    internal sealed record Tensor(string Name, string Datatype, int[] Shape)
    {
        public static Tensor Of(TensorSpec spec, TensorContract contract) => new(spec.Name, Datatypes.NameOf(spec.ElementType), contract.ShapeOf(spec));
    }
}
