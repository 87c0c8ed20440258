using Learning.Data;
using Learning.Exports;
using Onnx;
using Onnx.Writing;

namespace Learning.Heads;

/// <summary>A trained head: alone it takes embeddings, upon a backbone images.</summary>
public sealed class ImageHeadModel : ITrainedModel
{
    private readonly Standardisation scaling;
    private readonly HeadNetwork network;
    private readonly Lock oneAtATime = new();

    internal ImageHeadModel(TableSchema schema, Standardisation scaling, HeadNetwork network, IReadOnlyList<TrainingProgress> history, int bestRound) =>
        (Schema, this.scaling, this.network, History, BestRound) = (schema, scaling, network, history, bestRound);

    public TableSchema Schema { get; }
    public IReadOnlyList<TrainingProgress> History { get; }
    public int BestRound { get; }

    /// <summary>Empty: a number of an embedding means nothing by itself.</summary>
    public IReadOnlyList<FeatureImportance> Importance => [];

    public float[] Predict(Table table, ReadOnlySpan<int> rows)
    {
        var (width, classes) = (Schema.Columns.Count, Schema.Classes.Count);
        var cells = new float[width];
        var probabilities = new float[rows.Length * classes];
        lock (oneAtATime)
        {
            for (var i = 0; i < rows.Length; i++)
            {
                table.CopyRows(rows.Slice(i, 1), cells);
                scaling.Apply(cells);
                var row = network.Predict(cells);
                for (var k = 0; k < classes; k++)
                    probabilities[(i * classes) + k] = (float)row[k];
            }
        }
        return probabilities;
    }

    public void Export(Stream destination)
    {
        var graph = new GraphBuilder("image-head");
        AddTo(graph, graph.Input(RowGraph.Rows, ElementType.Float, -1, Schema.Columns.Count));
        graph.WriteTo(destination);
    }

    /// <summary>
    /// Writes one model of a backbone, cut off where its embeddings were taken, and this head: the backbone's input, the
    /// output <c>probabilities [N,classes]</c>. Its weights are copied from its file as it is written.
    /// </summary>
    public void ExportWith(ModelOutline backbone, ClassifierCut cut, Stream destination)
    {
        if (cut.Width is { } given && given != Schema.Columns.Count)
            throw new LearningException("backbone", $"The backbone gives embeddings of {given} numbers at '{cut.Tensor}'; the head was trained on {Schema.Columns.Count}.");
        var graph = cut.Open(backbone, out var embedding);
        if (graph.Opset < 9)
            throw new ModelRefusedException($"The backbone is of operator set {graph.Opset}; a head needs 9 or later.");
        AddTo(graph, embedding);
        graph.WriteTo(destination);
    }

    public void Dispose()
    {
    }

    // Operators that mean the same in every operator set since 9: which one is the backbone's to say.
    private void AddTo(GraphBuilder graph, string embedding)
    {
        var (width, classes) = (Schema.Columns.Count, Schema.Classes.Count);
        var isMissing = graph.Node("IsNaN", [embedding], graph.Unused("head/is_missing"));
        var shift = graph.Constant(graph.Unused("head/mean"), scaling.Shift, 1, width);
        var known = graph.Node("Where", [isMissing, shift, embedding], graph.Unused("head/imputed"));
        var centred = graph.Node("Sub", [known, shift], graph.Unused("head/centred"));
        var inputs = graph.Node("Mul", [centred, graph.Constant(graph.Unused("head/scale"), scaling.Scale, 1, width)], graph.Unused("head/standardised"));
        if (network.HasHidden)
            inputs = graph.Node("Relu", [Layer(graph, inputs, "hidden", network.HiddenWeights, network.HiddenBias)], graph.Unused("head/relu"));
        var logits = Layer(graph, inputs, "logits", network.OutputWeights, network.OutputBias);
        var probabilities = graph.Node("Softmax", [logits], graph.Unused(RowGraph.Probabilities), NodeAttribute.Of("axis", 1));
        graph.Output(probabilities, ElementType.Float, -1, classes);
    }

    private static string Layer(GraphBuilder graph, string inputs, string name, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias)
    {
        var w = graph.Constant(graph.Unused($"head/{name}_weights"), weights, bias.Length, weights.Length / bias.Length);
        var b = graph.Constant(graph.Unused($"head/{name}_bias"), bias, bias.Length);
        return graph.Node("Gemm", [inputs, w, b], graph.Unused($"head/{name}"), NodeAttribute.Of("transB", 1));
    }
}
