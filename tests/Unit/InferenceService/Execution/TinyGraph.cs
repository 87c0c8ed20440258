using Microsoft.ML.OnnxRuntime.Tensors;

namespace Unit.InferenceService.Execution;

/// <summary>
/// Writes small ONNX files (opset 17), field by field of onnx.proto: graphs that no model at hand has. A side of an input or
/// output is a number, or a name for one that is open.
/// </summary>
internal sealed class TinyGraph
{
    private readonly List<byte> nodes = [];
    private readonly List<byte> inputs = [];
    private readonly List<byte> outputs = [];

    public TinyGraph Node(string operation, string[] from, params string[] to)
    {
        var node = new List<byte>();
        foreach (var name in from)
            Text(node, 1, name);
        foreach (var name in to)
            Text(node, 2, name);
        Text(node, 4, operation);
        Message(nodes, 1, node);
        return this;
    }

    public TinyGraph Input(string name, TensorElementType type, params object[] sides)
    {
        Message(inputs, 11, Value(name, type, sides));
        return this;
    }

    public TinyGraph Output(string name, TensorElementType type, params object[] sides)
    {
        Message(outputs, 12, Value(name, type, sides));
        return this;
    }

    /// <summary>The path of a new file.</summary>
    public string Save()
    {
        var graph = new List<byte>();
        graph.AddRange(nodes);
        Text(graph, 2, "tiny");
        graph.AddRange(inputs);
        graph.AddRange(outputs);
        var opset = new List<byte>();
        Number(opset, 2, 17);
        var model = new List<byte>();
        Number(model, 1, 8); // IR version
        Message(model, 7, graph);
        Message(model, 8, opset);
        var path = Path.Combine(Path.GetTempPath(), $"tiny-{Guid.NewGuid():N}.onnx");
        File.WriteAllBytes(path, [.. model]);
        return path;
    }

    private static List<byte> Value(string name, TensorElementType type, object[] sides)
    {
        var shape = new List<byte>();
        foreach (var side in sides)
        {
            var dimension = new List<byte>();
            if (side is int length)
                Number(dimension, 1, length);
            else
                Text(dimension, 2, (string)side);
            Message(shape, 1, dimension);
        }
        var tensor = new List<byte>();
        Number(tensor, 1, (int)type);
        Message(tensor, 2, shape);
        var typeProto = new List<byte>();
        Message(typeProto, 1, tensor);
        var value = new List<byte>();
        Text(value, 1, name);
        Message(value, 2, typeProto);
        return value;
    }

    private static void Text(List<byte> to, int field, string text) => Message(to, field, [.. System.Text.Encoding.UTF8.GetBytes(text)]);

    private static void Message(List<byte> to, int field, List<byte> bytes)
    {
        Varint(to, (field << 3) | 2);
        Varint(to, bytes.Count);
        to.AddRange(bytes);
    }

    private static void Number(List<byte> to, int field, int value)
    {
        Varint(to, field << 3);
        Varint(to, value);
    }

    private static void Varint(List<byte> to, int value)
    {
        for (; value > 0x7F; value >>= 7)
            to.Add((byte)(value | 0x80));
        to.Add((byte)value);
    }
}
