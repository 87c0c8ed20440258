using Learning.Data;
using Learning.Parameters;

namespace Learning.Heads;

/// <summary>
/// A head upon embeddings: softmax regression, or one hidden layer (ReLU) before it, by mini-batches and <see cref="Adam"/>.
/// The epoch with the lowest validation loss is what is kept.
/// </summary>
public sealed class ImageHead : ILearner
{
    public string Name => "image-head";

    public IReadOnlyList<ParameterSpec> Parameters { get; } =
    [
        ParameterSpec.Integer("hiddenUnits", 0, 0, 4096, "Width of the hidden layer; 0: none, softmax regression."),
        ParameterSpec.Integer("epochs", 100, 1, 10_000, "Passes over the rows at most."),
        ParameterSpec.Integer("earlyStopping", 10, 0, 1000, "Epochs without a better validation loss until it stops; 0: never."),
        ParameterSpec.Integer("batchSize", 64, 1, 4096, "Rows per step."),
        ParameterSpec.Number("learningRate", 1e-3, 1e-6, 1, "Adam's step."),
        ParameterSpec.Number("weightDecay", 1e-3, 0, 10, "Share that every weight loses per step, times the learning rate (AdamW)."),
        ParameterSpec.Choice("classWeights", ["none", "balanced"], "balanced: every class weighs the same, however rare."),
    ];

    // A standardised copy row by row, and the weights four times (themselves, two moments, the best).
    public long EstimateBytes(TableSchema schema, int rows, ParameterSet parameters)
    {
        long width = schema.Columns.Count, hidden = parameters.Integer("hiddenUnits"), classes = schema.Classes.Count;
        return ((rows * width) + (5 * (hidden == 0 ? width * classes : (width + classes) * hidden))) * sizeof(float);
    }

    public ITrainedModel Train(TrainingSet data, ParameterSet parameters, TrainingRun run)
    {
        data.Require(this, parameters, run);
        if (data.Table.Schema.Columns.FirstOrDefault(column => column.Kind == ColumnKind.Category) is { } category)
            throw new LearningException(category.Name, $"Column '{category.Name}' is a category; {Name} learns from embeddings, which are numbers.");
        var scaling = Standardisation.Fit(data.Table, data.Train);
        var train = new HeadRows(data.Table, data.Train, scaling, data.ClassWeights(parameters.Text("classWeights")));
        var validation = new HeadRows(data.Table, data.Validation, scaling, [.. data.Table.Schema.Classes.Select(_ => 1.0)]);
        var random = new RandomNumbers(run.Seed);
        var network = new HeadNetwork(data.Table.Schema.Columns.Count, parameters.Integer("hiddenUnits"), data.Table.Schema.Classes.Count, ref random);

        var (epochs, patience) = (parameters.Integer("epochs"), parameters.Integer("earlyStopping"));
        var adam = new Adam(network.Weights.Length, parameters.Number("learningRate"), parameters.Number("weightDecay"));
        var order = Enumerable.Range(0, train.Count).ToArray();
        List<TrainingProgress> history = [];
        var (best, lowest, kept) = (0, double.PositiveInfinity, (float[])network.Weights.Clone());
        for (var epoch = 0; epoch < epochs && (patience == 0 || epoch - best < patience); epoch++)
        {
            random.Shuffle(order);
            var loss = Epoch(network, adam, train, order, parameters.Integer("batchSize"), run.Cancellation);
            history.Add(new TrainingProgress(epoch + 1, epochs, loss, validation.Count > 0 ? network.Loss(validation, run.Cancellation) : null).Require(parameters, "learningRate", "weightDecay"));
            run.OnProgress?.Invoke(history[^1]);
            var judged = history[^1].ValidationLoss ?? loss;
            if (patience == 0 || judged < lowest)
            {
                (best, lowest) = (epoch + 1, judged);
                network.Weights.CopyTo(kept, 0);
            }
        }
        kept.CopyTo(network.Weights, 0);
        return new ImageHeadModel(data.Table.Schema, scaling, network, history, best);
    }

    private static double Epoch(HeadNetwork network, Adam adam, HeadRows rows, int[] order, int batchSize, CancellationToken cancellation)
    {
        var gradient = new float[network.Weights.Length];
        var (loss, weight) = (0.0, 0.0);
        for (var from = 0; from < order.Length; from += batchSize)
        {
            cancellation.ThrowIfCancellationRequested();
            Array.Clear(gradient);
            var batch = order.AsSpan(from, Math.Min(batchSize, order.Length - from));
            var batchWeight = 0.0;
            foreach (var row in batch)
            {
                loss += network.AddGradient(rows, row, gradient);
                batchWeight += rows.WeightOf(row);
            }
            adam.Step(network.Weights, gradient, (float)(1 / batchWeight), network.IsBias);
            weight += batchWeight;
        }
        return loss / weight;
    }
}
