namespace Onnx;

/// <summary>
/// Nodes that make a large tensor out of nothing but a few constants. What they make is known without running them;
/// where a size is computed instead, the trial run finds out.
/// </summary>
internal sealed class GeneratedTensors
{
    private const int BytesPerElement = 4;
    private readonly Dictionary<string, IReadOnlyList<long>> constants = [];
    private readonly List<NodeHeader> generators = [];

    public void AddConstant(string name, IReadOnlyList<long> values)
    {
        if (values.Count > 0)
            constants.TryAdd(name, values);
    }

    public void AddNode(NodeHeader node)
    {
        if (node.OpType == "Constant")
            AddConstant(node.FirstOutput, node.Numbers);
        else if (node.OpType is "ConstantOfShape" or "Expand" or "Tile" or "Resize" or "Pad" or "OneHot" or "Range" or "RandomNormal" or "RandomUniform")
            generators.Add(node);
    }

    /// <summary>When the whole file was seen: constants come after the nodes that use them.</summary>
    /// <exception cref="ModelRefusedException">One is larger than it may be.</exception>
    public void Check(long maxBytes)
    {
        foreach (var node in generators)
        {
            var bytes = Size.Multiply(Elements(node), BytesPerElement);
            if (bytes > maxBytes)
                throw new ModelRefusedException($"{node} makes a tensor of {Text.Size(bytes)}; MaxTensorBytes allows {Text.Size(maxBytes)}.");
        }
    }

    /// <summary>At least so many; 0 when constants alone do not tell.</summary>
    private long Elements(NodeHeader node) => node.OpType switch
    {
        "ConstantOfShape" => Product(Input(node, 0)),
        "Expand" or "Tile" => Product(Input(node, 1)),
        "Resize" => Product(Input(node, 3)),
        "Pad" => Product(Padding(Input(node, 1))),
        "OneHot" => Product(Input(node, 1)),
        "Range" => Steps(Input(node, 0), Input(node, 1), Input(node, 2)),
        _ => Product(node.Numbers), // RandomNormal, RandomUniform
    };

    private IReadOnlyList<long> Input(NodeHeader node, int index) =>
        index < node.Inputs.Count && constants.TryGetValue(node.Inputs[index], out var values) ? values : [];

    private static long Product(IReadOnlyList<long> sides) =>
        sides.Count == 0 ? 0 : sides.Aggregate(1L, (product, side) => Size.Multiply(product, Math.Max(side, 0)));

    // First what is added before each axis, then what is added after it.
    private static long[] Padding(IReadOnlyList<long> pads) =>
        [.. Enumerable.Range(0, pads.Count / 2).Select(axis => Math.Max(1, Math.Max(pads[axis], pads[axis + (pads.Count / 2)])))];

    private static long Steps(IReadOnlyList<long> start, IReadOnlyList<long> limit, IReadOnlyList<long> delta) =>
        start is [var from] && limit is [var to] && delta is [not 0 and var step] ? (long)Math.Max(0, Math.Ceiling(((double)to - from) / step)) : 0;
}
