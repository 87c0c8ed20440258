using System.Xml.Linq;
using Learning;
using Learning.Evaluation;
using Learning.Plots;
using NUnit.Framework;

namespace Unit.Learning;

[TestFixture]
public sealed class PlotTests
{
    private const string Hostile = "<script>alert(1)</script>\u0007\"&' with a name that goes on and on";

    [Test]
    public void Every_picture_is_well_formed_and_has_no_number_that_is_none([Values(2, 3, 10, 60)] int classes)
    {
        foreach (var picture in All(classes))
        {
            Assert.That(() => XDocument.Parse(picture), Throws.Nothing, picture);
            Assert.That(picture, Does.Not.Contain("NaN").And.Not.Contain("∞").And.Not.Contain("Infinity"));
        }
    }

    [Test]
    public void A_name_is_text_whatever_it_says()
    {
        foreach (var picture in All(3))
            Assert.That(picture, Does.Not.Contain("<script").And.Not.Contain("\u0007"));
        Assert.That(EvaluationPlots.Confusion(Report(3)), Does.Contain("&lt;script&gt;"));
    }

    [Test]
    public void Of_very_many_classes_those_are_drawn_that_are_worst()
    {
        Assert.That(EvaluationPlots.Confusion(Report(60)), Does.Contain("the 40 classes most mistaken of 60"));
        Assert.That(EvaluationPlots.Confusion(Report(60)).Length, Is.LessThan(1_000_000));
        Assert.That(EvaluationPlots.Roc(Report(60)), Does.Contain("the worst 10 of 60 classes"));
    }

    private static IEnumerable<string> All(int classes)
    {
        var report = Report(classes);
        yield return EvaluationPlots.Roc(report);
        yield return EvaluationPlots.PrecisionRecall(report);
        yield return EvaluationPlots.Calibration(report);
        yield return EvaluationPlots.Confusion(report);
        yield return TrainingPlots.LearningCurve([new(100, 0.9, 0.7, 0.5), new(1000, 0.8, 0.78, 0.4)]);
        yield return TrainingPlots.LearningCurve([]);
        yield return TrainingPlots.Rounds([new(1, 10, 0.7, 0.8)], 1);
        yield return TrainingPlots.Rounds([new(1, 10, 0.7, null), new(2, 10, 0.5, null)], 2);
        yield return TrainingPlots.Importance([.. Enumerable.Range(0, 30).Select(i => new FeatureImportance(i == 0 ? Hostile : $"c{i}", 1 / 30.0))]);
        yield return TrainingPlots.Importance([]);
    }

    private static EvaluationReport Report(int classes)
    {
        var random = new Random(1);
        string[] names = [Hostile, .. Enumerable.Range(1, classes - 1).Select(k => $"class {k}")];
        int[] labels = [.. Enumerable.Range(0, 400).Select(i => i % classes)];
        return Evaluator.Evaluate(names, labels, [.. labels.SelectMany(label =>
        {
            var scores = Enumerable.Range(0, classes).Select(k => Math.Exp((2 * random.NextDouble()) + (k == label ? 1.5 : 0))).ToArray();
            return scores.Select(score => (float)(score / scores.Sum()));
        })]);
    }
}
