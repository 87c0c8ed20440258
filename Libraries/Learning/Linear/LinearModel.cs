using Learning.Data;
using Learning.Exports;
using Onnx.Writing;

namespace Learning.Linear;

/// <param name="weights"><c>[features + 1]</c>, the bias last.</param>
internal sealed class LinearModel(TableSchema schema, LinearEncoding encoding, double[] weights) : ITrainedModel
{
    private const int AtOnce = 256;

    public TableSchema Schema => schema;

    /// <summary>One round: it is solved in one step.</summary>
    public IReadOnlyList<TrainingProgress> History { get; private set; } = [];

    public int BestRound => History.Count;

    /// <summary>What a column's weights, of standardised features, are in length.</summary>
    public IReadOnlyList<FeatureImportance> Importance => encoding.Importance(schema, feature => weights[feature] * weights[feature]);

    public float[] Predict(Table table, ReadOnlySpan<int> rows)
    {
        var block = new LinearBlock(encoding, 1, AtOnce);
        var numbers = new float[rows.Length];
        for (var from = 0; from < rows.Length; from += AtOnce)
        {
            var some = rows.Slice(from, Math.Min(AtOnce, rows.Length - from));
            block.Load(table, some);
            block.Logits(weights);
            for (var i = 0; i < some.Length; i++)
                numbers[from + i] = (float)block.Scores(i)[0];
        }
        return numbers;
    }

    public void Export(Stream destination)
    {
        var graph = new GraphBuilder("linear-regression");
        var rows = graph.Input(RowGraph.Rows, ElementType.Float, -1, schema.Columns.Count);
        var features = RowGraph.Features(graph, rows, encoding);
        float[] slopes = [.. weights.Take(encoding.Width).Select(weight => (float)weight)];
        graph.Node("Gemm", [features, graph.Constant("weights", slopes, 1, encoding.Width), graph.Constant("bias", [(float)weights[^1]], 1)], RowGraph.Score, NodeAttribute.Of("transB", 1));
        graph.Output(RowGraph.Score, ElementType.Float, -1, 1);
        graph.WriteTo(destination);
    }

    public void Dispose()
    {
    }

    /// <summary>How far it is off on what it was trained and is validated on.</summary>
    internal void Judge(TrainingSet data, CancellationToken cancellation)
    {
        var train = RootMeanSquaredError(data.Table, data.Train);
        cancellation.ThrowIfCancellationRequested();
        History = [new TrainingProgress(1, 1, train, data.Validation.Length == 0 ? null : RootMeanSquaredError(data.Table, data.Validation))];
    }

    private double RootMeanSquaredError(Table table, int[] rows)
    {
        var (predicted, squares) = (Predict(table, rows), 0.0);
        for (var i = 0; i < rows.Length; i++)
            squares += Math.Pow((double)predicted[i] - table.Targets[rows[i]], 2);
        return Math.Sqrt(squares / rows.Length);
    }
}
