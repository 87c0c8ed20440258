using System.Diagnostics;
using System.Runtime.InteropServices;
using Learning;
using Learning.Data;
using Learning.Parameters;
using Learning.Trees;
using NUnit.Framework;

namespace Accuracy.Learning;

/// <summary>What training by this library costs beside the plainest use of XGBoost's C API on the same rows, in the same run.</summary>
[TestFixture]
public sealed class BoostingSpeedTests
{
    private const int Rounds = 200, Threads = 2;

    [Test]
    public void Training_is_at_most_as_slow_as_a_plain_loop_and_a_third()
    {
        var table = TabularData.Magic();
        var learner = new BoostedTrees();
        var parameters = ParameterSet.Read(learner.Parameters, ("rounds", Rounds), ("earlyStopping", 0), ("subsample", 1), ("columnSample", 1));
        double Ours()
        {
            var began = Stopwatch.GetTimestamp();
            using var model = learner.Train(new TrainingSet(table, table.AllRows(), []), parameters, new TrainingRun(Threads: Threads));
            return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }

        Ours();
        PlainLoop(table);
        var (ours, plain) = (new double[5], new double[5]);
        for (var pass = 0; pass < ours.Length; pass++)
            (ours[pass], plain[pass]) = (Ours(), PlainLoop(table));
        var ratio = ours.Order().ElementAt(2) / plain.Order().ElementAt(2);
        TestContext.Progress.WriteLine(FormattableString.Invariant(
            $"figure: {Rounds} rounds of boosted trees on MAGIC ({table.Rows} rows): {ours.Order().ElementAt(2):0} ms, plain C calls {plain.Order().ElementAt(2):0} ms, ratio {ratio:0.00}"));
        Assert.That(ratio, Is.LessThanOrEqualTo(1.3));
    }

    private static double PlainLoop(Table table)
    {
        var cells = new float[table.Rows * table.Schema.Columns.Count];
        table.CopyRows(table.AllRows(), cells);
        float[] labels = [.. table.Labels.ToArray().Select(label => (float)label)];

        var began = Stopwatch.GetTimestamp();
        Check(XGDMatrixCreateFromMat(cells, (ulong)table.Rows, (ulong)table.Schema.Columns.Count, float.NaN, out var matrix));
        Check(XGDMatrixSetFloatInfo(matrix, "label", labels, (ulong)labels.Length));
        Check(XGBoosterCreate([matrix], 1, out var booster));
        foreach (var (name, value) in new[] { ("objective", "binary:logistic"), ("tree_method", "hist"), ("eta", "0.1"), ("max_depth", "6"), ("base_score", "0.5"), ("nthread", $"{Threads}"), ("seed", "1") })
            Check(XGBoosterSetParam(booster, name, value));
        for (var round = 0; round < Rounds; round++)
            Check(XGBoosterUpdateOneIter(booster, round, matrix));
        var took = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        Check(XGBoosterFree(booster));
        Check(XGDMatrixFree(matrix));
        return took;
    }

    private static void Check(int answer) => Assert.That(answer, Is.Zero);

    private const string Library = "libxgboost.so.0";

    [DllImport(Library)] private static extern int XGDMatrixCreateFromMat(float[] cells, ulong rows, ulong columns, float missing, out nint matrix);
    [DllImport(Library)] private static extern int XGDMatrixSetFloatInfo(nint matrix, string field, float[] values, ulong count);
    [DllImport(Library)] private static extern int XGDMatrixFree(nint matrix);
    [DllImport(Library)] private static extern int XGBoosterCreate(nint[] matrices, ulong count, out nint booster);
    [DllImport(Library)] private static extern int XGBoosterSetParam(nint booster, string name, string value);
    [DllImport(Library)] private static extern int XGBoosterUpdateOneIter(nint booster, int round, nint matrix);
    [DllImport(Library)] private static extern int XGBoosterFree(nint booster);
}
