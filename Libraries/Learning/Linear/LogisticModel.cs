using Learning.Data;
using Learning.Exports;
using Onnx.Writing;

namespace Learning.Linear;

/// <param name="weights"><c>[classes, features + 1]</c>, the bias last.</param>
internal sealed class LogisticModel(TableSchema schema, LinearEncoding encoding, double[] weights, IReadOnlyList<TrainingProgress> history) : ITrainedModel
{
    private readonly int classes = schema.Classes.Count;

    public TableSchema Schema => schema;
    public IReadOnlyList<TrainingProgress> History => history;
    public int BestRound => history.Count;

    /// <summary>What a column's weights, of standardised features, are in length.</summary>
    public IReadOnlyList<FeatureImportance> Importance => encoding.Importance(schema, Square);

    public float[] Predict(Table table, ReadOnlySpan<int> rows)
    {
        const int atOnce = 256;
        var block = new LinearBlock(encoding, classes, atOnce);
        var probabilities = new float[rows.Length * classes];
        for (var from = 0; from < rows.Length; from += atOnce)
        {
            var some = rows.Slice(from, Math.Min(atOnce, rows.Length - from));
            block.Load(table, some);
            block.Logits(weights);
            for (var i = 0; i < some.Length; i++)
            {
                Softmax.Apply(block.Scores(i));
                for (var k = 0; k < classes; k++)
                    probabilities[((from + i) * classes) + k] = (float)block.Scores(i)[k];
            }
        }
        return probabilities;
    }

    public void Export(Stream destination)
    {
        var graph = new GraphBuilder("logistic-regression");
        var rows = graph.Input(RowGraph.Rows, ElementType.Float, -1, schema.Columns.Count);
        var features = RowGraph.Features(graph, rows, encoding);
        var logits = graph.Node("Gemm", [features, graph.Constant("weights", Weights(), classes, encoding.Width), graph.Constant("bias", Bias(), classes)],
            "logits", NodeAttribute.Of("transB", 1));
        graph.Output(graph.Node("Softmax", [logits], RowGraph.Probabilities, NodeAttribute.Of("axis", 1)), ElementType.Float, -1, classes);
        graph.WriteTo(destination);
    }

    public void Dispose()
    {
    }

    private double Square(int feature) => Enumerable.Range(0, classes).Sum(k => Math.Pow(weights[(k * (encoding.Width + 1)) + feature], 2));

    private float[] Weights() => [.. Enumerable.Range(0, classes).SelectMany(k => weights.Skip(k * (encoding.Width + 1)).Take(encoding.Width)).Select(weight => (float)weight)];

    private float[] Bias() => [.. Enumerable.Range(0, classes).Select(k => (float)weights[((k + 1) * (encoding.Width + 1)) - 1])];
}
