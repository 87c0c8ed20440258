using Learning.Data;
using Learning.Exports;
using Onnx.Writing;

namespace Learning.Trees;

internal sealed class BoostedTreesModel : ITrainedModel
{
    private readonly Booster booster;
    private readonly Lazy<TreeEnsemble> ensemble;
    private readonly NumberScale? scale;
    private readonly Lock oneAtATime = new();

    /// <param name="scale">Of labels that are numbers.</param>
    public BoostedTreesModel(TableSchema schema, Booster booster, IReadOnlyList<TrainingProgress> history, int bestRound, NumberScale? scale = null)
    {
        (Schema, this.booster, History, BestRound, this.scale) = (schema, booster, history, bestRound, scale);
        ensemble = new(() =>
        {
            using var json = booster.ToJson();
            return TreeEnsemble.Read(json.RootElement, schema, bestRound * Outputs);
        });
    }

    public TableSchema Schema { get; }
    public IReadOnlyList<TrainingProgress> History { get; }
    public int BestRound { get; }

    /// <summary>What the splits on a column gained.</summary>
    public IReadOnlyList<FeatureImportance> Importance => Shares.Of(Schema, ensemble.Value.Gains);

    // Of two classes only the second's probability is grown.
    private int Outputs => Schema.Outputs == 2 ? 1 : Schema.Outputs;

    public float[] Predict(Table table, ReadOnlySpan<int> rows)
    {
        lock (oneAtATime)
        {
            var predicted = booster.Predict(table, rows, BestRound, Outputs);
            return scale is { } numbers ? Array.ConvertAll(predicted, numbers.FromStandard) : Outputs > 1 ? predicted : WithFirst(predicted);
        }
    }

    private static float[] WithFirst(float[] second)
    {
        var both = new float[2 * second.Length];
        for (var row = 0; row < second.Length; row++)
            (both[2 * row], both[(2 * row) + 1]) = (1 - second[row], second[row]);
        return both;
    }

    public void Export(Stream destination)
    {
        var graph = new GraphBuilder("gradient-boosted-trees");
        var rows = graph.Input(RowGraph.Rows, ElementType.Float, -1, Schema.Columns.Count);
        var margins = ensemble.Value.AddTo(graph, rows, Outputs);
        if (scale is { } numbers)
            graph.Node("Add", [graph.Node("Mul", [margins, graph.Constant("deviation", [numbers.Deviation], 1)], "scaled"), graph.Constant("mean", [numbers.Mean], 1)], RowGraph.Score);
        else if (Outputs > 1)
            graph.Node("Softmax", [margins], RowGraph.Probabilities, NodeAttribute.Of("axis", 1));
        else
        {
            var second = graph.Node("Sigmoid", [margins], "second");
            var first = graph.Node("Sub", [graph.Constant("one", [1f], 1), second], "first");
            graph.Node("Concat", [first, second], RowGraph.Probabilities, NodeAttribute.Of("axis", 1));
        }
        graph.Output(scale is null ? RowGraph.Probabilities : RowGraph.Score, ElementType.Float, -1, Schema.Outputs);
        graph.WriteTo(destination);
    }

    public void Dispose() => booster.Dispose();
}
