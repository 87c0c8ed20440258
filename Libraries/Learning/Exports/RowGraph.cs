using Learning.Linear;
using Onnx.Writing;

namespace Learning.Exports;

/// <summary>The part of an exported graph that turns a row of raw cells into what a linear model takes: <see cref="LinearEncoding"/> in ONNX.</summary>
internal static class RowGraph
{
    public const string Rows = "rows", Probabilities = "probabilities", Score = "score";

    public static string Features(GraphBuilder graph, string rows, LinearEncoding encoding)
    {
        List<string> parts = [];
        if (encoding.Numbers.Count > 0)
            parts.AddRange(Numbers(graph, rows, encoding));
        foreach (var category in encoding.Categories)
            parts.Add(OneHot(graph, rows, category));
        return parts.Count == 1 ? parts[0] : graph.Node("Concat", parts, "features", NodeAttribute.Of("axis", 1));
    }

    private static IEnumerable<string> Numbers(GraphBuilder graph, string rows, LinearEncoding encoding)
    {
        var numbers = Columns(graph, rows, "numbers", encoding.Numbers.Select(number => number.Column));
        var isMissing = graph.Node("IsNaN", [numbers], "is_missing");
        var shift = graph.Constant("mean", [.. encoding.Numbers.Select(number => number.Shift)], 1, encoding.Numbers.Count);
        var scale = graph.Constant("scale", [.. encoding.Numbers.Select(number => number.Scale)], 1, encoding.Numbers.Count);
        var known = graph.Node("Where", [isMissing, shift, numbers], "imputed");
        yield return graph.Node("Mul", [graph.Node("Sub", [known, shift], "centred"), scale], "standardised");
        if (encoding.Indicators.Count == 0)
            yield break;
        var missing = graph.Node("Cast", [isMissing], "missing", NodeAttribute.Of("to", (long)ElementType.Float));
        yield return Columns(graph, missing, "indicators", encoding.Indicators.Select(each => encoding.Numbers.Index().First(number => number.Item == each).Index));
    }

    // NaN and -1 equal none of the indices.
    private static string OneHot(GraphBuilder graph, string rows, CategoryFeature category)
    {
        var name = $"category_{category.Column}";
        var indices = graph.Constant($"{name}_indices", [.. Enumerable.Range(0, category.Count).Select(i => (float)i)], 1, category.Count);
        var equal = graph.Node("Equal", [Columns(graph, rows, name, [category.Column]), indices], $"{name}_equal");
        return graph.Node("Cast", [equal], $"{name}_one_hot", NodeAttribute.Of("to", (long)ElementType.Float));
    }

    private static string Columns(GraphBuilder graph, string from, string name, IEnumerable<int> columns)
    {
        long[] indices = [.. columns.Select(column => (long)column)];
        return graph.Node("Gather", [from, graph.Constant($"{name}_columns", indices, indices.Length)], name, NodeAttribute.Of("axis", 1));
    }
}
