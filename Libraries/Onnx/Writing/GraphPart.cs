namespace Onnx.Writing;

/// <summary>The nodes and constants of a model that lead to one of its tensors. They are copied from the model's file unread.</summary>
public sealed class GraphPart
{
    private readonly ModelOutline model;
    private readonly List<NodeOutline> nodes = [];
    private readonly HashSet<string> needed;

    internal GraphPart(ModelOutline model, string tensor)
    {
        if (model.ProducerOf(tensor) is null)
            throw new ArgumentException($"No node of the model gives a tensor {Text.Quoted(tensor)}.", nameof(tensor));
        this.model = model;
        needed = [tensor];
        // The nodes of a file are in the order they run in: from the back, whoever is needed is known before it is met.
        for (var i = model.Nodes.Count - 1; i >= 0; i--)
        {
            if (!model.Nodes[i].Outputs.Any(needed.Contains))
                continue;
            nodes.Add(model.Nodes[i]);
            needed.UnionWith(model.Nodes[i].Needs);
        }
        nodes.Reverse();
    }

    /// <summary>The inputs of the model that remain; those that are only a constant's default are none.</summary>
    public IReadOnlyList<string> Inputs => [.. model.Inputs.Select(input => input.Name).Where(IsInput)];

    /// <summary>What the first axis of the first input is called, if it is open and has a name.</summary>
    internal string? Batch => model.Inputs.Where(input => IsInput(input.Name)).Select(input => model.ShapeOf(input.Field).Batch).FirstOrDefault();

    internal long IrVersion => model.IrVersion;
    internal IReadOnlyList<(string Domain, long Version)> Imports => model.Imports;
    internal long Opset => Imports.FirstOrDefault(import => import.Domain is "" or "ai.onnx").Version;
    internal IEnumerable<string> Names => needed.Concat(nodes.SelectMany(node => node.Outputs)).Where(name => name.Length > 0);

    internal void CopyNodes(WireMessage graph) => Copy(graph, Schema.Graph.Node, nodes.Select(node => node.Field));

    internal void CopyConstants(WireMessage graph)
    {
        Copy(graph, Schema.Graph.Initializer, model.Constants.Values.Where(constant => needed.Contains(constant.Name)).Select(constant => constant.Field));
        Copy(graph, Schema.Graph.SparseInitializer, model.SparseConstants);
    }

    internal void CopyInputs(WireMessage graph) => Copy(graph, WritingSchema.Graph.Input, model.Inputs.Where(input => IsInput(input.Name)).Select(input => input.Field));

    private bool IsInput(string name) => needed.Contains(name) && !model.Constants.ContainsKey(name);

    private void Copy(WireMessage graph, int field, IEnumerable<WireField> sources)
    {
        foreach (var source in sources)
            graph.Copy(field, model.File, source.Offset, source.Length);
    }
}
