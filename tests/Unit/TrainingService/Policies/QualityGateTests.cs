using InferenceSuite.Contracts;
using NUnit.Framework;
using TrainingService.Evaluations;
using TrainingService.Policies.Quality;

namespace Unit.TrainingService.Policies;

public class QualityGateTests
{
    [TestCase(0.79, true)]
    [TestCase(0.8, false)]
    [TestCase(0.81, false)]
    public void The_measured_value_decides_whatever_its_interval(double accuracy, bool isBelow)
    {
        var measured = Measured(accuracy);
        var why = WhyBelow(new Gates(MinAccuracy: 0.8), measured, labels: null);
        Assert.That(why, isBelow ? Is.EqualTo("accuracy 0.790 over the last 120 judged predictions is under minAccuracy 0.8") : Is.Null);
    }

    [Test]
    public void Precision_is_the_mean_over_the_classes_that_were_said()
    {
        var measured = Measured(0.9, Class("a", precision: 0.9, recall: 0.5), Class("b", precision: 0.6, recall: null), Class("c", precision: null, recall: 0.1));
        Assert.That(WhyBelow(new Gates(MinPrecision: 0.75), measured, labels: null), Is.Null);
        Assert.That(WhyBelow(new Gates(MinPrecision: 0.76), measured, labels: null), Does.StartWith("precision 0.750").And.Contain("minPrecision 0.76"));
        Assert.That(WhyBelow(new Gates(MinRecall: 0.31), measured, labels: null), Does.StartWith("recall 0.300"));
        Assert.That(WhyBelow(new Gates(MinF1: 0.65), measured, labels: null), Does.StartWith("F1 0.643"), "of a, the only class that has both");
    }

    [Test]
    public void A_typo_makes_no_class_and_one_case_no_figure()
    {
        var measured = Measured(0.98, Class("a", precision: 0.98, recall: 1), new ClassQuality("aa", 1, 0, 0, null, Share(0)), new ClassQuality("b", 3, 9, 0, Share(0), Share(0)), Class("unheard-of", 0, 0));
        Assert.That(WhyBelow(new Gates(MinPrecision: 0.9, MinRecall: 0.9, MinF1: 0.9), measured, ["a", "b"]), Is.Null);
        Assert.That(WhyBelow(new Gates(MinRecall: 0.9), measured, labels: null), Does.StartWith("recall 0.500"), "with the class that the version does not know");
    }

    [Test]
    public void Every_gate_that_it_falls_under_is_a_reason() =>
        Assert.That(WhyBelow(new Gates(MinAccuracy: 0.95, MinPrecision: 0.95), Measured(0.9, Class("a", 0.9, 0.9)), labels: null)!.Split("; "), Has.Length.EqualTo(2));

    [Test]
    public void Without_gates_nothing_is_below() => Assert.That(WhyBelow(Gates.Default, Measured(0, Class("a", 0, 0)), labels: null), Is.Null);

    [Test]
    public void A_gate_without_a_figure_is_neither_passed_nor_failed()
    {
        var measured = Measured(0.9, new ClassQuality("a", 9, 9, 5, Share(0.1), Share(0.1)));
        Assert.That(Judge(new Gates(MinRecall: 0.8), measured).Stand, Is.EqualTo(QualityStand.Unknown));
        Assert.That(Judge(new Gates(MinRecall: 0.8, MinAccuracy: 0.8), measured).Stand, Is.EqualTo(QualityStand.Unknown));
        Assert.That(Judge(new Gates(MinRecall: 0.8, MinAccuracy: 0.95), measured).Stand, Is.EqualTo(QualityStand.Below), "by what is known");
        Assert.That(Judge(new Gates(MinAccuracy: 0.8), measured).Stand, Is.EqualTo(QualityStand.Above));
    }

    [Test]
    public void Without_a_figure_that_it_was_below_by_nobody_knows_whether_it_is_above()
    {
        var gates = new Gates(MinRecall: 0.8);
        var low = Judge(gates, Measured(0.9, Class("a", 1, 0.2), Class("b", 1, 0.9)));
        Assert.That((low.Stand, string.Join(", ", low.By)), Is.EqualTo((QualityStand.Below, "recall a, recall b")));

        var fewer = Measured(0.9, new ClassQuality("a", 9, 10, 5, Share(1), Share(0.2)), Class("b", 1, 0.9));
        Assert.That(Judge(gates, fewer, [.. low.By]).Stand, Is.EqualTo(QualityStand.Unknown), "a has nine cases");
        Assert.That(Judge(gates, fewer).Stand, Is.EqualTo(QualityStand.Above), "a never counted");
        Assert.That(Judge(gates, Measured(0.9, Class("a", 1, 0.8), Class("b", 1, 0.9)), [.. low.By]).Stand, Is.EqualTo(QualityStand.Above));
        Assert.That(Judge(new Gates(MinPrecision: 0.8), fewer, [.. low.By]).Stand, Is.EqualTo(QualityStand.Above), "recall is not asked for any more");
    }

    private static QualityVerdict Judge(Gates gates, QualityMeasured measured, params string[] by) => QualityGate.Judge(gates, measured, labels: null, by);

    private static string? WhyBelow(Gates gates, QualityMeasured measured, string[]? labels) => QualityGate.Judge(gates, measured, labels, by: []).Reason;

    private static QualityMeasured Measured(double accuracy, params ClassQuality[] classes) =>
        new("m", "1", 120, (long)(accuracy * 120), new MeasuredShare(accuracy, 0, 1), classes, default, default);

    private static ClassQuality Class(string label, double? precision, double? recall) => new(label, 10, 10, 5, Share(precision), Share(recall));

    private static MeasuredShare? Share(double? value) => value is null ? null : new MeasuredShare(value.Value, 0, 1);
}
