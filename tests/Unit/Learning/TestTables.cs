using Learning;
using Learning.Data;
using Learning.Evaluation;
using Learning.Exports;
using Learning.Parameters;
using Learning.Trees;
using NUnit.Framework;
using Onnx;

namespace Unit.Learning;

/// <summary>Small tables whose truth is known, with all that makes rows awkward.</summary>
internal static class TestTables
{
    private static readonly string[] Names = ["no", "yes", "maybe"];

    /// <summary>Two numbers, a boolean and a category; one cell in fifteen is missing, one category in fifteen unknown.</summary>
    public static Table Mixed(int rows = 600, int classes = 2, int seed = 1)
    {
        var random = new Random(seed);
        var schema = new TableSchema(
            [new("age", ColumnKind.Number), new("income", ColumnKind.Number), new("member", ColumnKind.Boolean), new("colour", ColumnKind.Category, ["red", "green", "blue"])],
            Names[..classes]);
        var builder = new TableBuilder(schema);
        for (var row = 0; row < rows; row++)
        {
            float age = random.Next(18, 90), income = (float)(random.NextDouble() * 1e6), member = random.Next(2), colour = random.Next(3);
            var score = ((age - 50) / 20) + (income / 5e5) - 1 + (member * 0.8) + (colour == 1 ? 1.5 : 0) + (random.NextDouble() - 0.5);
            var label = classes == 2 ? (score > 0 ? 1 : 0) : score < -0.7 ? 0 : score > 0.9 ? 1 : 2;
            if (random.Next(15) == 0)
                colour = -1;
            float[] cells = [age, income, member, colour];
            for (var c = 0; c < cells.Length; c++)
                cells[c] = random.Next(15) == 0 ? float.NaN : cells[c];
            builder.Add(cells, label);
        }
        return builder.Build();
    }

    /// <summary>The same columns with a number for a label: a sum of what each says, a step and some noise; <paramref name="unit"/> and <paramref name="from"/> say how large it is.</summary>
    public static Table Priced(int rows = 600, double unit = 1, double from = 0, int seed = 1)
    {
        var random = new Random(seed);
        var builder = new TableBuilder(TableSchema.OfNumber([.. Mixed(1).Schema.Columns]));
        for (var row = 0; row < rows; row++)
        {
            float age = random.Next(18, 90), income = (float)(random.NextDouble() * 1e6), member = random.Next(2), colour = random.Next(3);
            var price = (age / 20) + (income / 5e5) + (member * 0.8) + (colour == 1 ? 1.5 : 0) + (age > 60 ? 2 : 0) + ((random.NextDouble() - 0.5) * 0.4);
            if (random.Next(15) == 0)
                colour = -1;
            float[] cells = [age, income, member, colour];
            for (var c = 0; c < cells.Length; c++)
                cells[c] = random.Next(15) == 0 ? float.NaN : cells[c];
            builder.Add(cells, from + (unit * price));
        }
        return builder.Build();
    }

    /// <summary>One column and its labels, which are numbers.</summary>
    public static Table OfNumbers(Column column, float[] cells, float[] targets)
    {
        var builder = new TableBuilder(TableSchema.OfNumber([column]));
        for (var row = 0; row < cells.Length; row++)
            builder.Add([cells[row]], targets[row]);
        return builder.Build();
    }

    public static RegressionReport Report(ITrainedModel model, Table table, int[] rows) => (RegressionReport)model.Evaluate(table, rows);

    /// <summary>Numbers alone, a blob per class.</summary>
    public static Table Blobs(int rows = 300, int width = 8, int classes = 3, double distance = 2, int seed = 1)
    {
        var random = new Random(seed);
        var builder = new TableBuilder(TableSchema.OfEmbeddings(width, Names[..classes]));
        for (var row = 0; row < rows; row++)
        {
            var label = row % classes;
            builder.Add([.. Enumerable.Range(0, width).Select(c => (float)(100 + Normal(random) + (c % classes == label ? distance : 0)))], label);
        }
        return builder.Build();
    }

    /// <summary>One column and its labels.</summary>
    public static Table Of(Column column, float[] cells, int[] labels, int classes = 2)
    {
        var builder = new TableBuilder(new TableSchema([column], Names[..classes]));
        for (var row = 0; row < cells.Length; row++)
            builder.Add([cells[row]], labels[row]);
        return builder.Build();
    }

    /// <summary>Every fifth row for validation.</summary>
    public static TrainingSet Set(Table table) => new(
        table, [.. table.AllRows().Where(row => row % 5 != 0)], [.. table.AllRows().Where(row => row % 5 == 0)]);

    public static ITrainedModel Train(ILearner learner, TrainingSet data, TrainingRun? run = null, params (string, object)[] parameters) =>
        learner.Train(data, ParameterSet.Read(learner.Parameters, parameters), run ?? new TrainingRun());

    public static byte[] Export(ITrainedModel model)
    {
        using var file = new MemoryStream();
        model.Export(file);
        return file.ToArray();
    }

    public static double Accuracy(ITrainedModel model, Table table, int[] rows) =>
        Evaluator.Evaluate(table.Schema.Classes, table.LabelsOf(rows), model.Predict(table, rows)).Accuracy;

    public static void ExportAgrees(ITrainedModel model, Table table)
    {
        var file = Export(model);
        var check = ExportCheck.Run(model, file, table, table.AllRows(), passes: 1);
        Assert.That(() => ModelInspector.Inspect(new MemoryStream(file), new ModelLimits()), Throws.Nothing, "it would not be admitted");
        Assert.That(check.Rows, Is.EqualTo(table.Rows));
        Assert.That(check.LargestDifference, Is.LessThanOrEqualTo(ExportCheck.Allowed));
    }

    /// <summary>Skips the test where XGBoost is not installed; where CI=true it must be.</summary>
    public static void NeedXgBoost()
    {
        if (BoostedTrees.IsInstalled)
            return;
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail("XGBoost's library is missing (libxgboost0).");
        Assert.Ignore("XGBoost's library is missing (libxgboost0).");
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
