using Learning.Data;
using Learning.Exports;
using Onnx.Writing;

namespace Learning.Trees;

internal sealed class BoostedTreesModel : ITrainedModel
{
    private readonly Booster booster;
    private readonly Lazy<TreeEnsemble> ensemble;
    private readonly Lock oneAtATime = new();

    public BoostedTreesModel(TableSchema schema, Booster booster, IReadOnlyList<TrainingProgress> history, int bestRound)
    {
        (Schema, this.booster, History, BestRound) = (schema, booster, history, bestRound);
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
    private int Outputs => Schema.Classes.Count == 2 ? 1 : Schema.Classes.Count;

    public float[] Predict(Table table, ReadOnlySpan<int> rows)
    {
        lock (oneAtATime)
        {
            var predicted = booster.Predict(table, rows, BestRound, Outputs);
            return Outputs > 1 ? predicted : WithFirst(predicted);
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
        if (Outputs > 1)
            graph.Node("Softmax", [margins], RowGraph.Probabilities, NodeAttribute.Of("axis", 1));
        else
        {
            var second = graph.Node("Sigmoid", [margins], "second");
            var first = graph.Node("Sub", [graph.Constant("one", [1f], 1), second], "first");
            graph.Node("Concat", [first, second], RowGraph.Probabilities, NodeAttribute.Of("axis", 1));
        }
        graph.Output(RowGraph.Probabilities, ElementType.Float, -1, Schema.Classes.Count);
        graph.WriteTo(destination);
    }

    public void Dispose() => booster.Dispose();
}
