using System.Globalization;
using System.Runtime;
using System.Runtime.InteropServices;
using Learning;
using Learning.Data;
using Learning.Heads;
using Learning.Linear;
using Learning.Parameters;
using Learning.Trees;
using NUnit.Framework;

namespace Accuracy.Learning;

/// <summary>What is said about memory before a training, beside what the process then takes at its peak, as the kernel counts it.</summary>
[TestFixture, NonParallelizable, Platform("Linux")]
public sealed class MemoryTests
{
    private const long Slack = 24L << 20; // what a training takes that has next to no rows: code, threads, arenas

    /// <summary>The first training loads XGBoost's library, which belongs to the code and not to what is trained.</summary>
    [OneTimeSetUp]
    public void LoadTheLibraries() => Train(new BoostedTrees(), Numbers(1000, 2));

    [Test]
    public void Trees_on_many_rows() => Measure(new BoostedTrees(), Numbers(1_000_000, 10), ("rounds", 20));

    [Test]
    public void Trees_of_many_classes() => Measure(new BoostedTrees(), Numbers(200_000, 10, classes: 20), ("rounds", 10));

    [Test]
    public void Deep_trees() => Measure(new BoostedTrees(), Numbers(200_000, 30), ("rounds", 20), ("maxDepth", 12));

    [Test]
    public void Trees_on_long_categories() => Measure(new BoostedTrees(), Categories(200_000, 4, 5000), ("rounds", 20));

    [Test]
    public void A_linear_model_on_many_rows() => Measure(new LogisticRegression(), Numbers(1_000_000, 10), ("maxIterations", 10));

    [Test]
    public void A_linear_model_on_long_categories() => Measure(new LogisticRegression(), Categories(100_000, 4, 5000, classes: 10), ("maxIterations", 20));

    [Test]
    public void A_straight_line_on_many_columns() => Measure(new LinearRegression(), Fill(TableSchema.OfNumber([.. Numbers(1, 1500).Schema.Columns]), 5000, random => (float)random.NextDouble()));

    [Test]
    public void Trees_of_a_number() => Measure(new BoostedTrees(), Fill(TableSchema.OfNumber([.. Numbers(1, 10).Schema.Columns]), 1_000_000, random => (float)random.NextDouble()), ("rounds", 20));

    [Test]
    public void A_head_on_embeddings() => Measure(new ImageHead(), Numbers(40_000, 1280), ("epochs", 2));

    [Test]
    public void A_head_with_a_hidden_layer() => Measure(new ImageHead(), Numbers(10_000, 1280), ("epochs", 2), ("hiddenUnits", 1024));

    private static void Measure(ILearner learner, Table table, params (string, object)[] parameters)
    {
        var set = ParameterSet.Read(learner.ParametersFor(table.Schema.IsNumeric), parameters);
        var rows = table.AllRows();
        var data = new TrainingSet(table, rows[..(rows.Length * 9 / 10)], rows[(rows.Length * 9 / 10)..]);
        var estimate = learner.EstimateBytes(table.Schema, table.Rows, set);
        var peak = PeakWhile(() => learner.Train(data, set, new TrainingRun(Threads: 2)).Dispose());
        GC.KeepAlive(table);

        TestContext.Progress.WriteLine(FormattableString.Invariant(
            $"figure: memory of {learner.Name} on {table.Rows} rows × {table.Schema.Columns.Count} columns, {table.Schema.Classes.Count} classes ({table.Bytes >> 20} MiB): estimate {estimate >> 20} MiB, peak {peak >> 20} MiB beside the table"));
        Assert.That(peak, Is.LessThanOrEqualTo(estimate + Slack), "it takes more than it says");
        Assert.That(estimate, Is.LessThanOrEqualTo((3 * peak) + Slack), "it would be refused where there is room");
    }

    private static void Train(ILearner learner, Table table) =>
        learner.Train(new TrainingSet(table, table.AllRows(), []), ParameterSet.Read(learner.ParametersFor(numbers: false), [("rounds", 2)]), new TrainingRun(Threads: 2)).Dispose();

    /// <summary>By how much the resident memory of this process grew at most.</summary>
    private static long PeakWhile(Action work)
    {
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        _ = malloc_trim(0); // what earlier trainings left must not hide what this one takes
        File.WriteAllText("/proc/self/clear_refs", "5"); // the peak starts here
        var before = Status("VmRSS");
        work();
        return Status("VmHWM") - before;
    }

    private static long Status(string name) => 1024 * long.Parse(
        File.ReadLines("/proc/self/status").First(line => line.StartsWith($"{name}:", StringComparison.Ordinal)).Split(':')[1].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);

    private static Table Numbers(int rows, int columns, int classes = 2) => Fill(
        new TableSchema([.. Enumerable.Range(0, columns).Select(c => new Column($"c{c}", ColumnKind.Number))], [.. Enumerable.Range(0, classes).Select(k => $"{k}")]),
        rows, random => (float)random.NextDouble());

    private static Table Categories(int rows, int columns, int values, int classes = 2) => Fill(
        new TableSchema([.. Enumerable.Range(0, columns).Select(c => new Column($"c{c}", ColumnKind.Category, [.. Enumerable.Range(0, values).Select(v => $"{v}")]))], [.. Enumerable.Range(0, classes).Select(k => $"{k}")]),
        rows, random => random.Next(values));

    private static Table Fill(TableSchema schema, int rows, Func<Random, float> cell)
    {
        var random = new Random(1);
        var builder = new TableBuilder(schema, rows);
        var cells = new float[schema.Columns.Count];
        for (var row = 0; row < rows; row++)
        {
            for (var c = 0; c < cells.Length; c++)
                cells[c] = cell(random);
            builder.Add(cells, schema.IsNumeric ? cells[0] * 7 : row % 10 == 0 ? random.Next(schema.Classes.Count) : (int)(cells[0] * 7) % schema.Classes.Count);
        }
        return builder.Build();
    }

    [DllImport("libc")] private static extern int malloc_trim(nuint pad);
}
