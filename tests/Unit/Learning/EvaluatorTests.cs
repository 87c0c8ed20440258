using System.Text.Json;
using Learning.Evaluation;
using NUnit.Framework;

namespace Unit.Learning;

[TestFixture]
public sealed class EvaluatorTests
{
    private static readonly string[] Two = ["no", "yes"], Three = ["a", "b", "c"];

    [Test]
    public void Ten_rows_worked_out_by_hand()
    {
        // Called yes: rows 0 to 4, of which three are; missed: one.
        int[] labels = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0];
        float[] yes = [0.9f, 0.8f, 0.7f, 0.6f, 0.55f, 0.4f, 0.3f, 0.2f, 0.1f, 0.05f];
        var report = Evaluator.Evaluate(Two, labels, Pairs(yes));

        Assert.That(report.Accuracy, Is.EqualTo(0.7).Within(1e-12));
        Assert.That(report.Confusion, Is.EqualTo(new int[][] { [4, 2], [1, 3] }));
        Assert.That(report.Classes[1].Precision, Is.EqualTo(3 / 5.0).Within(1e-12));
        Assert.That(report.Classes[1].Recall, Is.EqualTo(3 / 4.0).Within(1e-12));
        Assert.That(report.Classes[1].F1, Is.EqualTo(2 / 3.0).Within(1e-12));
        Assert.That(report.Classes[0].Precision, Is.EqualTo(4 / 5.0).Within(1e-12));
        Assert.That(report.MacroF1, Is.EqualTo(((2 * 0.8 * (2 / 3.0) / (0.8 + (2 / 3.0))) + (2 / 3.0)) / 2).Within(1e-12));
        // 4 × 6 pairs; the fourth yes row is below two no rows.
        Assert.That(report.RocAuc, Is.EqualTo(22 / 24.0).Within(1e-12));
        Assert.That(report.LogLoss, Is.EqualTo(labels.Zip(yes, (label, p) => -Math.Log(label == 1 ? p : 1 - p)).Average()).Within(1e-6));
    }

    [Test]
    public void The_area_under_the_curve_is_the_share_of_pairs_in_order_ties_half([Range(1, 5)] int seed)
    {
        var random = new Random(seed);
        int[] labels = [.. Enumerable.Range(0, 200).Select(_ => random.Next(2))];
        float[] yes = [.. labels.Select(label => random.Next(10) / 20f + (label * random.Next(4) / 8f))]; // many ties
        var pairs = from a in Enumerable.Range(0, 200) where labels[a] == 1 from b in Enumerable.Range(0, 200) where labels[b] == 0 select yes[a] > yes[b] ? 1 : yes[a] == yes[b] ? 0.5 : 0;

        Assert.That(Evaluator.Evaluate(Two, labels, Pairs(yes)).RocAuc, Is.EqualTo(pairs.Average()).Within(1e-12));
    }

    [Test]
    public void Of_three_classes_the_area_is_the_mean_of_each_against_the_rest()
    {
        var random = new Random(1);
        int[] labels = [.. Enumerable.Range(0, 90).Select(i => i % 3)];
        float[] probabilities = [.. labels.SelectMany(label => Normalised([.. Enumerable.Range(0, 3).Select(k => random.NextSingle() + (k == label ? 0.4f : 0))]))];
        var report = Evaluator.Evaluate(Three, labels, probabilities);

        Assert.That(report.RocAuc, Is.EqualTo(report.Classes.Average(each => each.RocAuc)).Within(1e-12).And.GreaterThan(0.6));
        Assert.That(report.Roc.Select(curve => curve.Name), Is.EqualTo(Three));
    }

    [Test]
    public void A_class_that_does_not_occur_has_no_area_and_does_not_lower_the_means()
    {
        var report = Evaluator.Evaluate(Three, [0, 1], [1, 0, 0, 0, 1, 0]);

        Assert.That(report.Classes[2].RocAuc, Is.Null);
        Assert.That(report.MacroF1, Is.EqualTo(1));
    }

    [Test]
    public void Confidence_that_is_kept_is_calibrated_and_too_much_is_not()
    {
        int[] labels = [.. Enumerable.Range(0, 100).Select(i => i < 75 ? 1 : 0)];

        Assert.That(Evaluator.Evaluate(Two, labels, Pairs([.. Enumerable.Repeat(0.75f, 100)])).CalibrationError, Is.EqualTo(0).Within(1e-6));
        Assert.That(Evaluator.Evaluate(Two, labels, Pairs([.. Enumerable.Repeat(0.95f, 100)])).CalibrationError, Is.EqualTo(0.2).Within(1e-6));
    }

    [Test]
    public void A_certain_mistake_costs_much_and_not_infinitely_much() =>
        Assert.That(Evaluator.Evaluate(Two, [1], Pairs([0])).LogLoss, Is.EqualTo(-Math.Log(1e-15)).Within(1e-9));

    [Test]
    public void Curves_begin_and_end_where_they_must_and_are_short()
    {
        var random = new Random(1);
        int[] labels = [.. Enumerable.Range(0, 5000).Select(_ => random.Next(2))];
        var report = Evaluator.Evaluate(Two, labels, Pairs([.. labels.Select(label => (random.NextSingle() + label) / 2)]));

        Assert.That(report.Roc.Single().Points[0], Is.EqualTo(new CurvePoint(0, 0)));
        Assert.That(report.Roc.Single().Points[^1], Is.EqualTo(new CurvePoint(1, 1)));
        Assert.That(report.Roc.Single().Points, Has.Count.LessThanOrEqualTo(200));
        Assert.That(report.PrecisionRecall.Single().Points[^1].X, Is.EqualTo(1));
    }

    [Test]
    public void It_goes_through_JSON_and_back()
    {
        var report = Evaluator.Evaluate(Two, [1, 0, 1], Pairs([0.9f, 0.2f, 0.4f]));
        var json = JsonSerializer.Serialize(report, JsonSerializerOptions.Web);

        Assert.That(JsonSerializer.Serialize(JsonSerializer.Deserialize<EvaluationReport>(json, JsonSerializerOptions.Web), JsonSerializerOptions.Web), Is.EqualTo(json));
        Assert.That(json, Does.Contain("\"rocAuc\":1").And.Contain("\"confusion\":[[1,0],[1,1]]"));
    }

    [Test]
    public void Without_rows_or_with_numbers_that_are_no_probabilities_it_says_so()
    {
        Assert.That(() => Evaluator.Evaluate(Two, [], []), Throws.ArgumentException.With.Message.Contains("no rows"));
        Assert.That(() => Evaluator.Evaluate(Two, [0, 1], Pairs([0.5f, float.NaN])), Throws.ArgumentException.With.Message.Contains("Row 1"));
        Assert.That(() => Evaluator.Evaluate(Two, [0, 2], Pairs([0.5f, 0.5f])), Throws.ArgumentException.With.Message.Contains("Row 1"));
    }

    private static float[] Pairs(float[] yes) => [.. yes.SelectMany(p => new[] { 1 - p, p })];

    private static IEnumerable<float> Normalised(float[] values) => values.Select(value => value / values.Sum());
}
