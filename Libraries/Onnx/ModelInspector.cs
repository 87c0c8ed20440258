namespace Onnx;

/// <summary>
/// Looks at a model file without loading it: sizes, operators, and whether it reaches for anything outside itself. Memory is
/// bounded by the limits and not by the file; weights are not read. What only running can tell is left to a trial run.
/// </summary>
public static class ModelInspector
{
    /// <exception cref="ModelRefusedException">The file is damaged, or breaks a limit; the message says which.</exception>
    public static ModelFacts Inspect(string path, ModelLimits limits)
    {
        using var file = File.OpenRead(path);
        return Inspect(file, limits);
    }

    /// <inheritdoc cref="Inspect(string, ModelLimits)"/>
    /// <param name="file">Can seek.</param>
    public static ModelFacts Inspect(Stream file, ModelLimits limits)
    {
        if (file.Length == 0)
            throw new ModelRefusedException("The file is empty.");
        if (file.Length > limits.MaxFileBytes)
            throw new ModelRefusedException($"The file has {Text.Size(file.Length)}; MaxFileBytes allows {Text.Size(limits.MaxFileBytes)}.");
        try
        {
            return ReadModel(new WireReader(file), limits) with { FileBytes = file.Length };
        }
        catch (InvalidDataException e)
        {
            throw new ModelRefusedException($"The file is {e.Message}.", e);
        }
    }

    private static ModelFacts ReadModel(WireReader reader, ModelLimits limits)
    {
        var (irVersion, opset) = (0L, 0L);
        var graph = new GraphInspector(reader, limits);
        reader.Fields(field =>
        {
            switch (field)
            {
                case Schema.Model.IrVersion:
                    irVersion = reader.Int64();
                    break;
                case Schema.Model.OpsetImport:
                    var import = ReadOpset(reader);
                    if (opset == 0 || import.Domain is "" or "ai.onnx") // a tree ensemble need not import the standard set
                        opset = import.Version;
                    break;
                case Schema.Model.Graph:
                    graph.ReadGraph();
                    break;
                case Schema.Model.Functions:
                    // They can call each other: a few lines unfold into millions of nodes when the model is loaded.
                    throw new ModelRefusedException("The model defines functions of its own; inline them before packaging it.");
            }
        });
        if (irVersion == 0 || opset == 0 || graph.Nodes == 0)
            throw new ModelRefusedException("The file is no ONNX model: it lacks its version, its operator set or its nodes.");
        if (irVersion > limits.MaxIrVersion)
            throw new ModelRefusedException($"The file's IR version is {irVersion}; MaxIrVersion allows {limits.MaxIrVersion}.");
        if (opset > limits.MaxOpset)
            throw new ModelRefusedException($"The file's operator set is {opset}; MaxOpset allows {limits.MaxOpset}.");
        graph.CheckGenerated();
        return new ModelFacts(0, irVersion, opset, graph.Nodes, graph.Constants, graph.ConstantBytes, graph.Deepest);
    }

    private static (string Domain, long Version) ReadOpset(WireReader reader)
    {
        var (domain, version) = ("", 0L);
        reader.Message(field =>
        {
            if (field == Schema.OperatorSetId.Domain)
                domain = reader.Text();
            else if (field == Schema.OperatorSetId.Version)
                version = reader.Int64();
        });
        return (domain, version);
    }
}
