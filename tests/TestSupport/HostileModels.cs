using static TestSupport.OnnxFiles;

namespace TestSupport;

/// <summary>Models that take rows <c>[N,2] float32</c> as x and give y, and mean harm. Valid to their last byte, but for what they are named after.</summary>
public static class HostileModels
{
    /// <summary>Not hostile: what the others would be.</summary>
    public static byte[] Harmless() => Model(RowGraph([Node("Relu", ["x"], ["y"])])).ToArray();

    public static byte[] Outside(string location) => Model(RowGraph([Node("Add", ["x", "w"], ["y"])], [External("w", location)])).ToArray();

    public static byte[] OfDomain(string domain) => Model(RowGraph([Node("Shell", ["x"], ["y"], domain)])).ToArray();

    public static byte[] WithNodes(int count) => Model(RowGraph(Enumerable.Repeat(Node("Relu", ["x"], ["y"]), count))).ToArray();

    /// <summary>y = x + a tensor of that shape, made of nothing.</summary>
    public static byte[] WithGenerator(params long[] shape) =>
        Model(RowGraph([Node("ConstantOfShape", ["shape"], ["huge"]), Node("Add", ["x", "huge"], ["y"])], [Constant("shape", shape)])).ToArray();

    /// <summary>If within If within If. Written from the inside out: copying every level into the next would take hours.</summary>
    public static byte[] Nested(int levels)
    {
        var backwards = new List<byte>();
        for (var level = 0; level < levels; level++)
        {
            foreach (var field in (int[])[6, 5, 1]) // attribute.g, node.attribute, graph.node
                backwards.AddRange(new Protobuf().Header(field, (ulong)backwards.Count).ToArray().Reverse());
        }
        backwards.Reverse();
        return new Protobuf().Number(1, 8).Bytes(7, [.. backwards]).ToArray();
    }

    /// <summary>Runs until somebody stops it.</summary>
    public static byte[] Endless() => Looping(Node("Relu", ["in"], ["out"]));

    /// <summary>Each turn doubles what it holds. Nothing in the file says how much that will be.</summary>
    public static byte[] Greedy() => Looping(Node("Concat", ["in", "in"], ["out"], "", Attribute("axis", 1)));

    private static byte[] Looping(Protobuf step)
    {
        var body = Graph(
            [Node("Identity", ["go"], ["again"]), step],
            [],
            [Value("turn", LongInteger), Value("go", Truth), Value("in", Float, -1, -1)],
            [Value("again", Truth), Value("out", Float, -1, -1)]);
        return Model(Graph(
            [Node("Loop", ["turns", "yes", "x"], ["y"], "", Attribute("body", body))],
            [Scalar("turns", long.MaxValue), True("yes")],
            [Value("x", Float, -1, 2)],
            [Value("y", Float, -1, -1)])).ToArray();
    }
}
