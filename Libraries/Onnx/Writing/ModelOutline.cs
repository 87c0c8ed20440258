namespace Onnx.Writing;

/// <summary>
/// What a model's graph consists of, and where in the file it stands; weights are not read. The file stays open as long as
/// parts of it are to be copied, and belongs to the caller.
/// </summary>
public sealed class ModelOutline
{
    private readonly WireScanner scanner;
    private readonly List<(string Domain, long Version)> imports = [];

    private ModelOutline(Stream file) => (File, scanner) = (file, new WireScanner(file));

    public long IrVersion { get; private set; }

    /// <summary>The name of the graph's first output.</summary>
    public string Output => Outputs is [var first, ..] ? first.Name : "";

    internal Stream File { get; }
    internal IReadOnlyList<(string Domain, long Version)> Imports => imports;
    internal List<NodeOutline> Nodes { get; } = [];
    internal Dictionary<string, ConstantOutline> Constants { get; } = [];
    internal List<WireField> SparseConstants { get; } = [];
    internal List<(string Name, WireField Field)> Inputs { get; } = [];
    internal List<(string Name, WireField Field)> Outputs { get; } = [];

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

    /// <summary>What the file says of the shape of one of the graph's inputs or outputs.</summary>
    internal ShapeOutline ShapeOf(WireField value) => ShapeOutline.Read(scanner, value);

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
                Nodes.Add(NodeOutline.Read(scanner, field));
                break;
            case Schema.Graph.Initializer:
                var constant = ConstantOutline.Read(scanner, field);
                Constants[constant.Name] = constant;
                break;
            case Schema.Graph.SparseInitializer:
                SparseConstants.Add(field);
                break;
            case WritingSchema.Graph.Input:
                Inputs.Add((scanner.NameOf(field), field));
                break;
            case Schema.Graph.Output:
                Outputs.Add((scanner.NameOf(field), field));
                break;
        }
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
}
