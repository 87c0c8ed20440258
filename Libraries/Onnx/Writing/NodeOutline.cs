namespace Onnx.Writing;

/// <summary>A node, as far as it matters for taking a graph apart.</summary>
/// <param name="Needs">All tensors it reads, those that its subgraphs capture included.</param>
/// <param name="TransposesB">A Gemm whose weights are <c>[out,in]</c>.</param>
internal sealed record NodeOutline(string Op, IReadOnlyList<string> Inputs, IReadOnlySet<string> Needs, IReadOnlyList<string> Outputs, bool TransposesB, WireField Field)
{
    private const int MaxDepth = 64;

    public static NodeOutline Read(WireScanner scanner, WireField node)
    {
        List<string> inputs = [], outputs = [];
        var op = "";
        var transposesB = false;
        foreach (var field in scanner.Fields(node))
        {
            if (field.Number == Schema.Node.Attribute)
                transposesB |= IsTransB(scanner, field);
            else if (field.Number == Schema.Node.Input)
                inputs.Add(scanner.Text(field));
            else if (field.Number == Schema.Node.Output)
                outputs.Add(scanner.Text(field));
            else if (field.Number == Schema.Node.OpType)
                op = scanner.Text(field);
        }
        var needs = new HashSet<string>();
        AddNeeds(scanner, node, needs, 0);
        return new NodeOutline(op, inputs, needs, outputs, transposesB, node);
    }

    private static bool IsTransB(WireScanner scanner, WireField attribute)
    {
        var name = scanner.Fields(attribute).FirstOrDefault(field => field.Number == Schema.Attribute.Name);
        return name.Length == "transB".Length && scanner.Text(name) == "transB"
            && scanner.Fields(attribute).Any(field => field.Number == Schema.Attribute.Int && field.Value != 0);
    }

    // Names that a subgraph defines itself are among them: they are nowhere else, so nothing is found for them.
    private static void AddNeeds(WireScanner scanner, WireField node, HashSet<string> needs, int depth)
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
                    AddGraphNeeds(scanner, graph, needs, depth + 1);
            }
        }
    }

    private static void AddGraphNeeds(WireScanner scanner, WireField graph, HashSet<string> needs, int depth)
    {
        foreach (var field in scanner.Fields(graph))
        {
            if (field.Number == Schema.Graph.Node)
                AddNeeds(scanner, field, needs, depth);
            else if (field.Number == Schema.Graph.Output)
                needs.Add(scanner.NameOf(field)); // a branch may hand an outer tensor straight through
        }
    }
}
