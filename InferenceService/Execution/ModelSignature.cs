using InferenceService.Models;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace InferenceService.Execution;

/// <summary>What a graph takes and gives, as far as the manifest asks for it.</summary>
/// <param name="HasBatchAxis">The first axis of every input and output counts items; else a run takes one item whose shapes are the graph's own.</param>
/// <param name="MaxBatchSize">What the graph and the manifest allow.</param>
internal sealed record ModelSignature(IReadOnlyList<TensorSpec> Inputs, IReadOnlyList<TensorSpec> Outputs, bool HasBatchAxis, int MaxBatchSize)
{
    /// <summary>The only shape that items can have; null when the graph leaves a side open.</summary>
    public ItemShape? FixedShape { get; } = Inputs.All(input => input.IsFixed) ? ItemShape.Of(Inputs, [.. Inputs.Select(input => input.ItemShape)]) : null;

    /// <param name="itemShape">Shape of the one float32 input's item, as the manifest's image or columns make it; null to take every input from the graph.</param>
    /// <exception cref="InvalidDataException">The graph does not take or give what the manifest says, or not what can be served.</exception>
    public static ModelSignature Read(InferenceSession session, ModelManifest manifest, int[]? itemShape)
    {
        var outputs = string.IsNullOrEmpty(manifest.Output.Name) ? session.OutputNames : [manifest.Output.Name];
        foreach (var output in outputs.Append(manifest.Output.Features).OfType<string>().Where(name => !session.OutputMetadata.ContainsKey(name)))
            throw new InvalidDataException($"The model has no output named {output}; it has {string.Join(", ", session.OutputNames)}.");
        return itemShape is null ? FromGraph(session, manifest, outputs) : FromManifest(session, manifest, outputs, itemShape);
    }

    private static ModelSignature FromGraph(InferenceSession session, ModelManifest manifest, IReadOnlyList<string> outputs)
    {
        var nodes = session.InputNames.Select(name => session.InputMetadata[name]).Concat(outputs.Select(name => session.OutputMetadata[name])).ToArray();
        // One axis of one name (or of none) in all of them: what goes in together comes out together.
        var batches = manifest.Batching.MaxBatchSize > 1
            && nodes.All(node => node.IsTensor && node.Dimensions.Length > 0 && node.Dimensions[0] < 0)
            && nodes.Select(node => node.SymbolicDimensions[0]).Distinct().Count() == 1;
        return new ModelSignature(
            [.. session.InputNames.Select(name => Spec(name, session.InputMetadata[name], batches))],
            [.. outputs.Select(name => Spec(name, session.OutputMetadata[name], batches))],
            batches, batches ? manifest.Batching.MaxBatchSize : 1);
    }

    private static ModelSignature FromManifest(InferenceSession session, ModelManifest manifest, IReadOnlyList<string> outputs, int[] itemShape)
    {
        var name = manifest.Input.Name ?? session.InputNames[0];
        if (!session.InputMetadata.TryGetValue(name, out var input) || session.InputNames.Count != 1)
            throw new InvalidDataException($"model.json's input.name must be the model's only input; it has {string.Join(", ", session.InputNames)}.");
        if (Spec(name, input, batches: true).ElementType != TensorElementType.Float)
            throw new InvalidDataException($"The model's input {name} is {input.ElementDataType}, not float32.");
        var found = input.Dimensions;
        var fits = found.Length == itemShape.Length + 1 && found.Skip(1).Zip(itemShape).All(side => side.First < 0 || side.First == side.Second);
        if (!fits)
            throw new InvalidDataException($"The model's input {name} is [{string.Join(',', found)}]; model.json makes it [N,{string.Join(',', itemShape)}].");
        if (found[0] > 1)
            throw new InvalidDataException($"The batch axis of the model's input {name} is fixed at {found[0]}; it must be open, or 1.");
        var answers = outputs.Select(output => Spec(output, session.OutputMetadata[output], batches: true)).ToArray();
        if (answers.FirstOrDefault(answer => answer.ElementType != TensorElementType.Float) is { } other)
            throw new InvalidDataException($"The model's output {other.Name} is {other.ElementType}, not float32.");
        return new ModelSignature(
            [new TensorSpec(name, TensorElementType.Float, itemShape)], answers, HasBatchAxis: true, found[0] == 1 ? 1 : manifest.Batching.MaxBatchSize);
    }

    private static TensorSpec Spec(string name, NodeMetadata node, bool batches)
    {
        if (node.OnnxValueType != OnnxValueType.ONNX_TYPE_TENSOR)
            throw new InvalidDataException($"{name} is {node.OnnxValueType}; only tensors are served.");
        if (TensorSpec.SizeOf(node.ElementDataType) is null)
            throw new InvalidDataException($"{name} is a tensor of {node.ElementDataType}, which is not served.");
        if (batches && node.Dimensions.Length == 0)
            throw new InvalidDataException($"{name} is a scalar: it has no batch axis.");
        return new TensorSpec(name, node.ElementDataType, batches ? node.Dimensions[1..] : node.Dimensions);
    }
}
