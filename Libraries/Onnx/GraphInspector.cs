namespace Onnx;

/// <summary>Walks a graph and its subgraphs, and stops at the first thing that breaks a limit.</summary>
internal sealed class GraphInspector(WireReader reader, ModelLimits limits)
{
    private readonly GeneratedTensors generated = new();
    private int depth;

    public int Nodes { get; private set; }

    public int Constants { get; private set; }

    public long ConstantBytes { get; private set; }

    public int Deepest { get; private set; }

    public void CheckGenerated() => generated.Check(limits.MaxTensorBytes);

    public void ReadGraph()
    {
        if (++depth > limits.MaxGraphDepth)
            throw new ModelRefusedException($"Graphs are nested more than {limits.MaxGraphDepth} deep; MaxGraphDepth does not allow that.");
        Deepest = Math.Max(depth, Deepest);
        reader.Message(field =>
        {
            switch (field)
            {
                case Schema.Graph.Node:
                    ReadNode();
                    break;
                case Schema.Graph.Initializer:
                    var tensor = ReadConstant();
                    generated.AddConstant(tensor.Name, tensor.Values);
                    break;
                case Schema.Graph.SparseInitializer:
                    ReadSparse();
                    break;
                case Schema.Graph.Output:
                    Check(DeclaredTensor.Read(reader));
                    break;
            }
        });
        depth--;
    }

    private void ReadNode()
    {
        if (++Nodes > limits.MaxNodes)
            throw new ModelRefusedException($"The model has more than {limits.MaxNodes} nodes; MaxNodes does not allow that.");
        var node = new NodeHeader();
        reader.Message(field =>
        {
            if (field == Schema.Node.Attribute)
                ReadAttribute(node);
            else
                node.ReadField(reader, field);
        });
        if (!limits.Allows(node.Domain))
            throw new ModelRefusedException($"{node} is of the operator domain {Text.Quoted(node.Domain)}; OperatorDomains allows {limits.Domains}.");
        generated.AddNode(node);
    }

    private void ReadAttribute(NodeHeader node)
    {
        var name = "";
        List<long> numbers = [];
        reader.Message(field =>
        {
            switch (field)
            {
                case Schema.Attribute.Name:
                    name = reader.Text();
                    break;
                case Schema.Attribute.Int or Schema.Attribute.Ints:
                    reader.Int64s(numbers.AddIfFew);
                    break;
                case Schema.Attribute.Tensor or Schema.Attribute.Tensors:
                    numbers.AddRange(ReadConstant().Values);
                    break;
                case Schema.Attribute.SparseTensor or Schema.Attribute.SparseTensors:
                    ReadSparse();
                    break;
                case Schema.Attribute.Graph or Schema.Attribute.Graphs:
                    ReadGraph();
                    break;
            }
        });
        if (name is "shape" or "value" or "value_int" or "value_ints")
            node.Numbers = numbers;
    }

    private TensorHeader ReadConstant()
    {
        var tensor = TensorHeader.Read(reader);
        if (tensor.ExternalLocation is { } location)
            throw new ModelRefusedException($"Constant {Text.Quoted(tensor.Name)} keeps its data outside the file ({Text.Quoted(location)}); a package is one file, with all data inside.");
        if (tensor.IsHollow)
            throw new ModelRefusedException($"Constant {Text.Quoted(tensor.Name)} claims {tensor.Elements} elements and holds fewer.");
        Count(tensor.Bytes);
        return tensor;
    }

    // ONNX Runtime unpacks it, so what counts is the size of the whole and not of what is stored.
    private void ReadSparse()
    {
        var elements = 1L;
        var elementBytes = 1L;
        reader.Message(field =>
        {
            switch (field)
            {
                case Schema.SparseTensor.Dims:
                    reader.Int64s(side => elements = Size.Multiply(elements, side));
                    break;
                case Schema.SparseTensor.Values:
                    elementBytes = ReadConstant().ElementBytes;
                    break;
                case Schema.SparseTensor.Indices:
                    ReadConstant();
                    break;
            }
        });
        Count(Size.Multiply(elements, elementBytes));
    }

    private void Count(long bytes)
    {
        if (++Constants > limits.MaxNodes)
            throw new ModelRefusedException($"The model has more than {limits.MaxNodes} constants; MaxNodes does not allow that.");
        ConstantBytes = Size.Add(ConstantBytes, bytes);
        if (ConstantBytes > limits.MaxInitializerBytes)
            throw new ModelRefusedException($"The constants have at least {Text.Size(ConstantBytes)}; MaxInitializerBytes allows {Text.Size(limits.MaxInitializerBytes)}.");
    }

    private void Check(DeclaredTensor output)
    {
        if (output.Bytes > limits.MaxOutputBytes)
            throw new ModelRefusedException($"Output {Text.Quoted(output.Name)} has {Text.Size(output.Bytes)}; MaxOutputBytes allows {Text.Size(limits.MaxOutputBytes)}.");
    }
}
