namespace Onnx.Writing;

/// <summary>
/// Puts an ONNX model together, node by node, and writes it: from nothing, or upon a <see cref="GraphPart"/> of a model that
/// is there. Nodes must come after those whose outputs they take. A name that is given twice is an <see cref="ArgumentException"/>.
/// </summary>
public sealed class GraphBuilder
{
    private const long IrVersion = 10, NewestOpset = 21, MlOpset = 3;
    private const string MlDomain = "ai.onnx.ml", Batch = "N";
    private readonly string name;
    private readonly GraphPart? part;
    private readonly HashSet<string> names = [];
    private readonly List<WireMessage> nodes = [], constants = [], inputs = [], outputs = [];
    private bool usesMl;

    public GraphBuilder(string name, GraphPart? part = null)
    {
        (this.name, this.part) = (name, part);
        names.UnionWith(part?.Names ?? []);
    }

    /// <summary>Of the standard operators; what stands upon another model has that model's.</summary>
    public long Opset => part?.Opset ?? NewestOpset;

    /// <param name="sides">-1 for an open one.</param>
    public string Input(string input, ElementType type, params IReadOnlyList<long> sides)
    {
        inputs.Add(ValueInfo(New(input), type, sides));
        return input;
    }

    /// <summary>Its first axis is the inputs': what stands upon another model calls an open one as that does.</summary>
    /// <param name="sides">-1 for an open one.</param>
    public void Output(string output, ElementType type, params IReadOnlyList<long> sides) => outputs.Add(ValueInfo(Known(output), type, sides, part?.Batch ?? Batch));

    public string Constant(string constant, ReadOnlySpan<float> values, params IReadOnlyList<long> sides) =>
        Constant(constant, ElementType.Float, WireMessage.Raw(values), values.Length, sides);

    public string Constant(string constant, ReadOnlySpan<long> values, params IReadOnlyList<long> sides) =>
        Constant(constant, ElementType.Int64, WireMessage.Raw(values), values.Length, sides);

    /// <summary>A node with one output, whose name is also the node's and is answered.</summary>
    public string Node(string op, IReadOnlyList<string> takes, string gives, params IReadOnlyList<NodeAttribute> attributes) => Add("", op, takes, [gives], attributes);

    /// <summary>The same of <c>ai.onnx.ml</c>, such as a tree ensemble; the first output's name is answered.</summary>
    public string MlNode(string op, IReadOnlyList<string> takes, IReadOnlyList<string> gives, params IReadOnlyList<NodeAttribute> attributes)
    {
        usesMl = true;
        return Add(MlDomain, op, takes, gives, attributes);
    }

    /// <summary>The name, or one like it that no tensor has.</summary>
    public string Unused(string wanted) => names.Contains(wanted) ? Unused(wanted + "_") : wanted;

    public void WriteTo(Stream destination) => Model().WriteTo(destination);

    public void WriteTo(string path)
    {
        using var file = File.Create(path);
        WriteTo(file);
    }

    private WireMessage Model()
    {
        var model = new WireMessage()
            .Number(Schema.Model.IrVersion, Math.Max(IrVersion, part?.IrVersion ?? 0))
            .Text(WritingSchema.Model.ProducerName, "InferenceSuite")
            .Message(Schema.Model.Graph, Graph());
        foreach (var (domain, version) in Imports())
            model.Message(Schema.Model.OpsetImport, new WireMessage().Text(Schema.OperatorSetId.Domain, domain).Number(Schema.OperatorSetId.Version, version));
        return model;
    }

    private IEnumerable<(string Domain, long Version)> Imports()
    {
        var imports = part?.Imports ?? [("", NewestOpset)];
        return usesMl && imports.All(import => import.Domain != MlDomain) ? imports.Append((MlDomain, MlOpset)) : imports;
    }

    private WireMessage Graph()
    {
        var graph = new WireMessage();
        part?.CopyNodes(graph);
        foreach (var node in nodes)
            graph.Message(Schema.Graph.Node, node);
        graph.Text(WritingSchema.Graph.Name, name);
        part?.CopyConstants(graph);
        foreach (var constant in constants)
            graph.Message(Schema.Graph.Initializer, constant);
        part?.CopyInputs(graph);
        foreach (var input in inputs)
            graph.Message(WritingSchema.Graph.Input, input);
        foreach (var output in outputs)
            graph.Message(Schema.Graph.Output, output);
        return graph;
    }

    private string Add(string domain, string op, IReadOnlyList<string> takes, IReadOnlyList<string> gives, IReadOnlyList<NodeAttribute> attributes)
    {
        var node = new WireMessage();
        foreach (var input in takes)
            node.Text(Schema.Node.Input, Known(input));
        foreach (var output in gives)
            node.Text(Schema.Node.Output, New(output));
        node.Text(Schema.Node.Name, gives[0]).Text(Schema.Node.OpType, op);
        foreach (var attribute in attributes)
            node.Message(Schema.Node.Attribute, attribute.Message);
        if (domain.Length > 0)
            node.Text(Schema.Node.Domain, domain);
        nodes.Add(node);
        return gives[0];
    }

    private string Constant(string constant, ElementType type, byte[] data, int count, IReadOnlyList<long> sides)
    {
        if (sides.Aggregate(1L, (product, side) => product * side) != count)
            throw new ArgumentException($"Constant '{constant}' has {count} values, which are not [{string.Join(',', sides)}].", nameof(sides));
        constants.Add(new WireMessage()
            .Numbers(Schema.Tensor.Dims, sides)
            .Number(Schema.Tensor.DataType, (long)type)
            .Text(Schema.Tensor.Name, New(constant))
            .Bytes(Schema.Tensor.RawData, data));
        return constant;
    }

    private static WireMessage ValueInfo(string value, ElementType type, IReadOnlyList<long> sides, string batch = Batch)
    {
        var shape = new WireMessage();
        for (var axis = 0; axis < sides.Count; axis++)
        {
            var side = new WireMessage();
            // An open side is named: sides of one name are equal, so only the first is the batch.
            _ = sides[axis] < 0 ? side.Text(WritingSchema.Type.DimensionName, axis == 0 ? batch : $"D{axis}") : side.Number(Schema.Type.DimensionValue, sides[axis]);
            shape.Message(Schema.Type.Dimension, side);
        }
        var tensor = new WireMessage().Number(Schema.Type.ElementType, (long)type).Message(Schema.Type.Shape, shape);
        return new WireMessage().Text(Schema.ValueInfo.Name, value).Message(Schema.ValueInfo.Type, new WireMessage().Message(Schema.Type.TensorType, tensor));
    }

    private string New(string given) => names.Add(given) ? given : throw new ArgumentException($"The graph has a tensor '{given}' already.", nameof(given));

    private string Known(string taken) => names.Contains(taken) ? taken : throw new ArgumentException($"The graph has no tensor '{taken}'.", nameof(taken));
}
