using System.Text.Json;
using Learning.Evaluation;
using NUnit.Framework;

namespace Unit.Learning;

[TestFixture]
public sealed class RegressionEvaluatorTests
{
    [Test]
    public void Five_rows_worked_out_by_hand()
    {
        // Errors +1, -1, 0, +3, +2; labels have the mean 3 and squares 4 + 1 + 0 + 1 + 4.
        var report = RegressionEvaluator.Evaluate([1, 2, 3, 4, 5], [2, 1, 3, 7, 7]);

        Assert.That(report.Rows, Is.EqualTo(5));
        Assert.That(report.MeanAbsoluteError, Is.EqualTo(7 / 5.0).Within(1e-12));
        Assert.That(report.RootMeanSquaredError, Is.EqualTo(Math.Sqrt(15 / 5.0)).Within(1e-12));
        Assert.That(report.MedianAbsoluteError, Is.EqualTo(1).Within(1e-12));
        Assert.That(report.MeanError, Is.EqualTo(1).Within(1e-12));
        Assert.That(report.R2, Is.EqualTo(1 - (15 / 10.0)).Within(1e-12));
        // Ranks 1..5 against 2, 1, 3, 4.5, 4.5: products of what they are from 3, by the root of 10 · 9.5.
        Assert.That(report.Spearman, Is.EqualTo(((-2 * -1) + (-1 * -2) + 0 + (1 * 1.5) + (2 * 1.5)) / Math.Sqrt(10 * 9.5)).Within(1e-12));
    }

    [Test]
    public void Predictions_that_are_right_have_no_error()
    {
        var report = RegressionEvaluator.Evaluate([1, 2, 4], [1, 2, 4]);
        Assert.That((report.MeanAbsoluteError, report.R2, report.Spearman, report.MeanAbsoluteErrorInterval), Is.EqualTo((0.0, 1.0, 1.0, new Interval(0, 0))));
        Assert.That(report.Residuals, Is.EqualTo(new[] { new ResidualBin(0, 0, 3) }));
    }

    [Test]
    public void Labels_that_do_not_vary_have_no_share_that_is_explained()
    {
        var report = RegressionEvaluator.Evaluate([0.1f, 0.1f, 0.1f], [1, 2, 3]);
        Assert.That((report.R2, report.Spearman), Is.EqualTo(((double?)null, (double?)null)));
    }

    [Test]
    public void Predictions_that_do_not_vary_have_no_order()
    {
        var report = RegressionEvaluator.Evaluate([1, 2, 3], [2, 2, 2]);
        Assert.That((report.R2, report.Spearman), Is.EqualTo((0.0, (double?)null)));
    }

    [Test]
    public void Errors_are_counted_once_in_round_bins()
    {
        var (targets, predicted) = Noisy(5000);
        var bins = RegressionEvaluator.Evaluate(targets, predicted).Residuals;

        Assert.That(bins.Sum(bin => bin.Rows), Is.EqualTo(5000));
        Assert.That(bins, Has.Count.InRange(10, 30));
        Assert.That(bins.Zip(bins.Skip(1), (a, b) => a.To == b.From), Is.All.True);
        Assert.That(bins.Any(bin => bin.From == 0), "a bin ends where it is right");
    }

    [Test]
    public void A_few_rows_that_are_far_out_do_not_hide_the_others()
    {
        var (targets, predicted) = Noisy(5000);
        (predicted[3], predicted[4]) = (1e6f, -1e7f);
        var bins = RegressionEvaluator.Evaluate(targets, predicted).Residuals;

        Assert.That(bins, Has.Count.InRange(10, 30));
        Assert.That(bins.Sum(bin => bin.Rows), Is.EqualTo(5000));
        Assert.That((bins[0].From, bins[^1].To), Is.EqualTo((predicted[4] - (double)targets[4], predicted[3] - (double)targets[3])));
        Assert.That(bins.Max(bin => bin.Rows), Is.LessThan(1500), "the others are seen apart");
    }

    [Test]
    public void A_sample_goes_from_the_least_label_to_the_largest()
    {
        var (targets, predicted) = Noisy(12_345);
        var sample = RegressionEvaluator.Evaluate(targets, predicted).Sample;

        Assert.That(sample, Has.Count.EqualTo(500));
        Assert.That((sample[0].Label, sample[^1].Label), Is.EqualTo((targets.Min(), targets.Max())));
        Assert.That(RegressionEvaluator.Evaluate(targets[..40], predicted[..40]).Sample, Has.Count.EqualTo(40));
    }

    [Test]
    public void Another_order_of_the_rows_is_the_same_sample_and_the_same_tenths()
    {
        var (targets, predicted) = Noisy(3000);
        var (one, other) = (RegressionEvaluator.Evaluate(targets, predicted), RegressionEvaluator.Evaluate([.. targets.Reverse()], [.. predicted.Reverse()]));

        Assert.That(other.Sample, Is.EqualTo(one.Sample));
        Assert.That(other.Tenths.Select(tenth => (tenth.From, tenth.To, tenth.Rows)), Is.EqualTo(one.Tenths.Select(tenth => (tenth.From, tenth.To, tenth.Rows))));
    }

    [Test]
    public void Tenths_say_where_the_errors_are()
    {
        float[] targets = [.. Enumerable.Range(0, 1000).Select(i => (float)i)];
        var tenths = RegressionEvaluator.Evaluate(targets, [.. targets.Select(target => target < 900 ? target : target - 50)]).Tenths;

        Assert.That(tenths.Select(tenth => tenth.Rows), Is.All.EqualTo(100));
        Assert.That(tenths[^1], Is.EqualTo(new LabelTenth(900, 999, 100, 50, -50)));
        Assert.That(tenths.Take(9).Select(tenth => tenth.MeanAbsoluteError), Is.All.EqualTo(0));
    }

    [Test]
    public void The_interval_holds_the_mean_in_nineteen_of_twenty()
    {
        // Errors are uniform in 0..1: the mean is 0.5.
        var random = new Random(5);
        var held = Enumerable.Range(0, 200).Count(_ =>
        {
            float[] errors = [.. Enumerable.Range(0, 100).Select(_ => random.NextSingle())];
            var interval = RegressionEvaluator.Evaluate([.. errors.Select((_, i) => (float)i)], [.. errors.Select((error, i) => i + error)]).MeanAbsoluteErrorInterval;
            return interval.Low <= 0.5 && interval.High >= 0.5;
        });
        Assert.That(held, Is.InRange(180, 199));
    }

    [Test]
    public void The_interval_of_many_rows_is_that_of_as_many_resampled()
    {
        var (targets, predicted) = Noisy(50_001);
        var (resampled, counted) = (RegressionEvaluator.Evaluate(targets[1..], predicted[1..]).MeanAbsoluteErrorInterval, RegressionEvaluator.Evaluate(targets, predicted).MeanAbsoluteErrorInterval);

        Assert.That(counted.High - counted.Low, Is.EqualTo(resampled.High - resampled.Low).Within(8).Percent);
        Assert.That(counted.Low, Is.EqualTo(resampled.Low).Within(0.1 * (counted.High - counted.Low)));
    }

    [Test]
    public void The_largest_numbers_there_are_have_figures_too()
    {
        var report = RegressionEvaluator.Evaluate([1e18f, -1e18f, 0], [float.MaxValue, -1e18f, 0]);
        Assert.That(JsonSerializer.Serialize(report), Does.Not.Contain("Infinity").And.Not.Contain("NaN"));
        Assert.That(double.IsFinite(report.RootMeanSquaredError));
    }

    [TestCase(float.NaN)]
    [TestCase(float.PositiveInfinity)]
    public void A_number_that_is_none_is_told_with_its_row(float number)
    {
        Assert.That(() => RegressionEvaluator.Evaluate([1, 2], [1, number]), Throws.ArgumentException.With.Message.Contains("Row 1 has the prediction"));
        Assert.That(() => RegressionEvaluator.Evaluate([number, 2], [1, 2]), Throws.ArgumentException.With.Message.Contains("Row 0 has the label"));
    }

    [Test]
    public void Nothing_and_what_does_not_match_is_refused()
    {
        Assert.That(() => RegressionEvaluator.Evaluate([], []), Throws.ArgumentException);
        Assert.That(() => RegressionEvaluator.Evaluate([1, 2], [1]), Throws.ArgumentException.With.Message.Contains("2 rows need as many predictions, not 1"));
    }

    [Test]
    public void In_json_a_report_is_its_own_fields_and_is_told_from_one_of_classes()
    {
        var (numbers, classes) = (RegressionEvaluator.Evaluate([1, 2, 3], [1, 2, 4]), Evaluator.Evaluate(["no", "yes"], [0, 1], [0.8f, 0.2f, 0.3f, 0.7f]));
        foreach (var options in new[] { JsonSerializerOptions.Web, JsonSerializerOptions.Default })
        {
            Assert.That(JsonSerializer.Serialize<IEvaluationReport>(classes, options), Is.EqualTo(JsonSerializer.Serialize(classes, options)));
            Assert.That(Again(numbers, options), Is.TypeOf<RegressionReport>().And.Property("MeanAbsoluteError").EqualTo(numbers.MeanAbsoluteError));
            Assert.That(Again(classes, options), Is.TypeOf<EvaluationReport>().And.Property("LogLoss").EqualTo(classes.LogLoss));
        }
    }

    private static IEvaluationReport Again(IEvaluationReport report, JsonSerializerOptions options) => JsonSerializer.Deserialize<IEvaluationReport>(JsonSerializer.Serialize(report, options), options)!;

    private static (float[] Targets, float[] Predicted) Noisy(int rows)
    {
        var random = new Random(7);
        float[] targets = [.. Enumerable.Range(0, rows).Select(_ => (float)(random.NextDouble() * 100))];
        return (targets, [.. targets.Select(target => target + (float)((random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * 8))]);
    }
}
