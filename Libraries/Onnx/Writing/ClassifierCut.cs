namespace Onnx.Writing;

/// <summary>
/// Where a classifier ends and its features begin, and a model that gives those features: <c>[N,D] float32</c> embeddings.
/// </summary>
/// <param name="Tensor">The tensor that the classifier's last layer takes.</param>
/// <param name="Width">D, where the file tells; null where only running does.</param>
public sealed record ClassifierCut(string Tensor, int? Width)
{
    /// <summary>The output of the models that are written here, unless the model has a tensor of that name already.</summary>
    public const string Embedding = "embedding";

    /// <summary>
    /// Nearest to the output: what the last Gemm or MatMul with constant weights takes; without one, what the last global pooling gives.
    /// </summary>
    /// <exception cref="ModelRefusedException">The model has neither.</exception>
    public static ClassifierCut Find(ModelOutline model)
    {
        foreach (var node in Upstream(model))
        {
            if (node.Op is "Gemm" or "MatMul" && node.Inputs.Count >= 2 && WeightsOf(model, node) is { Sides: [var rows, var columns] })
                return At(model, node.Inputs[0], (int)(node.TransposesB ? columns : rows));
            if (node.Op is "GlobalAveragePool" or "GlobalMaxPool")
                return new ClassifierCut(node.Outputs[0], null);
        }
        throw new ModelRefusedException("The model has neither a last Gemm or MatMul with constant weights nor a global pooling to cut its classifier off at; name a tensor.");
    }

    /// <summary>At one of the graph's outputs, which the author gives for that.</summary>
    /// <exception cref="ModelRefusedException">The graph has no such output.</exception>
    public static ClassifierCut At(ModelOutline model, string output) => model.Outputs.Find(given => given.Name == output) is { Name: not null } found
        ? new ClassifierCut(output, model.ShapeOf(found.Field).ItemLength)
        : throw new ModelRefusedException($"The model has no output {Text.Quoted(output)}; it has {string.Join(", ", model.Outputs.Select(given => Text.Quoted(given.Name)))}.");

    /// <summary>Writes the model up to the cut, with the one output <c>embedding [N,D]</c>: flattened from the second axis on.</summary>
    /// <returns>The output's name.</returns>
    public string WriteEmbeddingModel(ModelOutline model, Stream destination)
    {
        var graph = Open(model, out var embedding);
        graph.Output(embedding, ElementType.Float, -1, Width ?? -1);
        graph.WriteTo(destination);
        return embedding;
    }

    /// <summary>The graph up to the cut, with the embedding as the tensor that a head takes.</summary>
    public GraphBuilder Open(ModelOutline model, out string embedding)
    {
        var graph = new GraphBuilder("backbone", model.UpTo(Tensor));
        embedding = Flatten(graph);
        return graph;
    }

    private string Flatten(GraphBuilder graph) => graph.Node("Flatten", [Tensor], graph.Unused(Embedding), NodeAttribute.Of("axis", 1));

    // A Flatten before the layer is left where it is: cutting there keeps the tensor the author meant.
    private static ClassifierCut At(ModelOutline model, string tensor, int width) => model.ProducerOf(tensor) is null
        ? throw new ModelRefusedException($"The last layer takes the model's input {Text.Quoted(tensor)} itself: there is nothing to cut it off from.")
        : new ClassifierCut(tensor, width);

    private static IEnumerable<NodeOutline> Upstream(ModelOutline model)
    {
        var needed = new HashSet<string> { model.Output };
        for (var i = model.Nodes.Count - 1; i >= 0; i--)
        {
            if (!model.Nodes[i].Outputs.Any(needed.Contains))
                continue;
            needed.UnionWith(model.Nodes[i].Needs);
            yield return model.Nodes[i];
        }
    }

    private static ConstantOutline? WeightsOf(ModelOutline model, NodeOutline node) => model.Constants.GetValueOrDefault(node.Inputs[1]);
}
