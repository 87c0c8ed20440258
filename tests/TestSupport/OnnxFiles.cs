using System.Runtime.InteropServices;

namespace TestSupport;

/// <summary>The parts of small ONNX files, written by hand after the public schema: for models that no exporter would make.</summary>
public static class OnnxFiles
{
    public const int Float = 1, LongInteger = 7, Truth = 9;

    public static Protobuf Model(Protobuf graph, int opset = 17, int irVersion = 8) => new Protobuf()
        .Number(1, irVersion)
        .Message(7, graph)
        .Message(8, new Protobuf().Text(1, "").Number(2, opset));

    /// <summary>A graph from <c>x</c> to <c>y</c>, both <c>[N, <paramref name="width"/>] float32</c>.</summary>
    public static Protobuf RowGraph(IEnumerable<Protobuf> nodes, IEnumerable<Protobuf>? constants = null, int width = 2) =>
        Graph(nodes, constants ?? [], [Value("x", Float, -1, width)], [Value("y", Float, -1, width)]);

    public static Protobuf Graph(IEnumerable<Protobuf> nodes, IEnumerable<Protobuf> constants, IEnumerable<Protobuf> inputs, IEnumerable<Protobuf> outputs)
    {
        var graph = new Protobuf();
        foreach (var node in nodes)
            graph.Message(1, node);
        graph.Text(2, "test");
        foreach (var constant in constants)
            graph.Message(5, constant);
        foreach (var input in inputs)
            graph.Message(11, input);
        foreach (var output in outputs)
            graph.Message(12, output);
        return graph;
    }

    public static Protobuf Node(string op, string[] inputs, string[] outputs, string domain = "", params Protobuf[] attributes)
    {
        var node = new Protobuf();
        foreach (var input in inputs)
            node.Text(1, input);
        foreach (var output in outputs)
            node.Text(2, output);
        node.Text(3, $"the {op}").Text(4, op);
        foreach (var attribute in attributes)
            node.Message(5, attribute);
        return node.Text(7, domain);
    }

    public static Protobuf Attribute(string name, long value) => new Protobuf().Text(1, name).Number(3, value).Number(20, 2);

    public static Protobuf Attribute(string name, Protobuf graph) => new Protobuf().Text(1, name).Message(6, graph).Number(20, 5);

    public static Protobuf Attribute(string name, long[] values)
    {
        var attribute = new Protobuf().Text(1, name);
        foreach (var value in values)
            attribute.Number(8, value);
        return attribute.Number(20, 7);
    }

    public static Protobuf Constant(string name, params long[] values) => Tensor(name, LongInteger, [values.Length]).Bytes(9, MemoryMarshal.AsBytes<long>(values).ToArray());

    public static Protobuf Scalar(string name, long value) => Tensor(name, LongInteger, []).Bytes(9, BitConverter.GetBytes(value));

    public static Protobuf True(string name) => Tensor(name, Truth, []).Bytes(9, [1]);

    /// <summary>Without data.</summary>
    public static Protobuf Tensor(string name, int type, long[] sides)
    {
        var tensor = new Protobuf();
        foreach (var side in sides)
            tensor.Number(1, side);
        return tensor.Number(2, type).Text(8, name);
    }

    /// <summary>A constant <c>[4] float32</c> whose data are elsewhere.</summary>
    public static Protobuf External(string name, string location) => Tensor(name, Float, [4])
        .Message(13, new Protobuf().Text(1, "location").Text(2, location))
        .Number(14, 1);

    /// <param name="sides">-1 for an open one.</param>
    public static Protobuf Value(string name, int type, params long[] sides)
    {
        var shape = new Protobuf();
        foreach (var side in sides)
            shape.Message(1, side < 0 ? new Protobuf().Text(2, "N") : new Protobuf().Number(1, side));
        return new Protobuf().Text(1, name).Message(2, new Protobuf().Message(1, new Protobuf().Number(1, type).Message(2, shape)));
    }
}
