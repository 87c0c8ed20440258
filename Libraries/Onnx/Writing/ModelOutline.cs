namespace Onnx.Writing;

/// <summary>A node, as far as it matters for taking a graph apart.</summary>
/// <param name="Needs">All tensors it reads, those that its subgraphs capture included.</param>
/// <param name="TransposesB">A Gemm whose weights are <c>[out,in]</c>.</param>
internal sealed record NodeOutline(string Op, IReadOnlyList<string> Inputs, IReadOnlySet<string> Needs, IReadOnlyList<string> Outputs, bool TransposesB, WireField Field);

/// <param name="Sides">Empty for a scalar.</param>
internal sealed record ConstantOutline(string Name, IReadOnlyList<long> Sides, WireField Field);

/// <summary>
/// What a model's graph consists of, and where in the file it stands; weights are not read. The file stays open as long as
/// parts of it are to be copied, and belongs to the caller.
/// </summary>
public sealed class ModelOutline
{
    private const int InputField = 11, MaxDepth = 64;
    private readonly WireScanner scanner;
    private readonly List<(string Domain, long Version)> imports = [];

    private ModelOutline(Stream file) => (File, scanner) = (file, new WireScanner(file));

    public long IrVersion { get; private set; }

    /// <summary>The name of the graph's first output.</summary>
    public string Output { get; private set; } = "";

    internal Stream File { get; }
    internal IReadOnlyList<(string Domain, long Version)> Imports => imports;
    internal List<NodeOutline> Nodes { get; } = [];
    internal Dictionary<string, ConstantOutline> Constants { get; } = [];
    internal List<WireField> SparseConstants { get; } = [];
    internal List<(string Name, WireField Field)> Inputs { get; } = [];

    /// <param name="file">Can seek.</param>
    /// <exception cref="InvalidDataException">The file is damaged or no ONNX model.</exception>
    /// <exception cref="ModelRefusedException">It keeps data outside itself, or defines functions of its own.</exception>
    public static ModelOutline Read(Stream file)
    {
        var outline = new ModelOutline(file);
        foreach (var field in outline.scanner.Model())
            outline.ReadModel(field);
        if (outline.Output.Length == 0 || outline.Nodes.Count == 0 || outline.imports.Count == 0)
            throw new InvalidDataException("not a readable ONNX file: it lacks its operator set, its nodes or its output");
        return outline;
    }

    /// <summary>What is needed to compute one tensor of the graph, ready to be built upon.</summary>
    /// <exception cref="ArgumentException">There is no such tensor.</exception>
    public GraphPart UpTo(string tensor) => new(this, tensor);

    internal NodeOutline? ProducerOf(string tensor) => Nodes.Find(node => node.Outputs.Contains(tensor));

    private void ReadModel(WireField field)
    {
        switch (field.Number)
        {
            case Schema.Model.IrVersion:
                IrVersion = field.Value;
                break;
            case Schema.Model.OpsetImport:
                imports.Add(ReadImport(field));
                break;
            case Schema.Model.Functions:
                throw new ModelRefusedException("The model defines functions of its own; inline them first.");
            case Schema.Model.Graph:
                foreach (var inner in scanner.Fields(field))
                    ReadGraph(inner);
                break;
        }
    }

    private void ReadGraph(WireField field)
    {
        switch (field.Number)
        {
            case Schema.Graph.Node:
                Nodes.Add(ReadNode(field));
                break;
            case Schema.Graph.Initializer:
                var constant = ReadConstant(field);
                Constants[constant.Name] = constant;
                break;
            case Schema.Graph.SparseInitializer:
                SparseConstants.Add(field);
                break;
            case InputField:
                Inputs.Add((NameOf(field), field));
                break;
            case Schema.Graph.Output when Output.Length == 0:
                Output = NameOf(field);
                break;
        }
    }

    private NodeOutline ReadNode(WireField node)
    {
        List<string> inputs = [], outputs = [];
        var op = "";
        var transposesB = false;
        foreach (var field in scanner.Fields(node))
        {
            if (field.Number == Schema.Node.Attribute)
                transposesB |= IsTransB(field);
            else if (field.Number == Schema.Node.Input)
                inputs.Add(scanner.Text(field));
            else if (field.Number == Schema.Node.Output)
                outputs.Add(scanner.Text(field));
            else if (field.Number == Schema.Node.OpType)
                op = scanner.Text(field);
        }
        var needs = new HashSet<string>();
        AddNeeds(node, needs, 0);
        return new NodeOutline(op, inputs, needs, outputs, transposesB, node);
    }

    private bool IsTransB(WireField attribute)
    {
        var fields = scanner.Fields(attribute).ToArray();
        return fields.Any(field => field.Number == Schema.Attribute.Name && field.Length < 16 && scanner.Text(field) == "transB")
            && fields.Any(field => field.Number == Schema.Attribute.Int && field.Value != 0);
    }

    // Names that a subgraph defines itself are among them: they are nowhere else, so nothing is found for them.
    private void AddNeeds(WireField node, HashSet<string> needs, int depth)
    {
        if (depth > MaxDepth)
            throw new InvalidDataException($"not a readable ONNX file: graphs are nested more than {MaxDepth} deep");
        foreach (var field in scanner.Fields(node))
        {
            if (field.Number == Schema.Node.Input)
                needs.Add(scanner.Text(field));
            else if (field.Number == Schema.Node.Attribute)
            {
                foreach (var graph in scanner.Fields(field).Where(inner => inner.Number is Schema.Attribute.Graph or Schema.Attribute.Graphs))
                    AddGraphNeeds(graph, needs, depth + 1);
            }
        }
    }

    private void AddGraphNeeds(WireField graph, HashSet<string> needs, int depth)
    {
        foreach (var field in scanner.Fields(graph))
        {
            if (field.Number == Schema.Graph.Node)
                AddNeeds(field, needs, depth);
            else if (field.Number == Schema.Graph.Output)
                needs.Add(NameOf(field)); // a branch may hand an outer tensor straight through
        }
    }

    private ConstantOutline ReadConstant(WireField constant)
    {
        var name = "";
        List<long> sides = [];
        foreach (var field in scanner.Fields(constant))
        {
            if (field.Number == Schema.Tensor.Name)
                name = scanner.Text(field);
            else if (field.Number == Schema.Tensor.Dims)
                sides.AddRange(scanner.Numbers(field));
            else if (field.Number == Schema.Tensor.ExternalData || (field.Number == Schema.Tensor.DataLocation && field.Value != 0))
                throw new ModelRefusedException($"Constant {Text.Quoted(name)} keeps its data outside the file.");
        }
        return new ConstantOutline(name, sides, constant);
    }

    private (string Domain, long Version) ReadImport(WireField import)
    {
        var (domain, version) = ("", 0L);
        foreach (var field in scanner.Fields(import))
        {
            if (field.Number == Schema.OperatorSetId.Domain)
                domain = scanner.Text(field);
            else if (field.Number == Schema.OperatorSetId.Version)
                version = field.Value;
        }
        return (domain, version);
    }

    private string NameOf(WireField value) =>
        scanner.Fields(value).Where(field => field.Number == Schema.ValueInfo.Name).Select(scanner.Text).FirstOrDefault("");
}
