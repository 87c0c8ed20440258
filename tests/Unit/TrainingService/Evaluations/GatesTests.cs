using Learning.Evaluation;
using NUnit.Framework;
using TrainingService.Evaluations;
using TrainingService.LabelKinds;

namespace Unit.TrainingService.Evaluations;

/// <summary>Figures against their gates. What can't be held against a gate does not pass it.</summary>
public sealed class GatesTests
{
    private static readonly LabelReport Classes = LabelReport.Of(Evaluator.Evaluate(["no", "yes"], [0, 1, 1, 0], [0.9f, 0.1f, 0.2f, 0.8f, 0.6f, 0.4f, 0.7f, 0.3f]));
    private static readonly LabelReport Numbers = LabelReport.Of(RegressionEvaluator.Evaluate([1, 2, 3, 5], [1.5f, 2, 2.5f, 4]));
    private static readonly LabelReport Constant = LabelReport.Of(RegressionEvaluator.Evaluate([2, 2], [1, 2]));

    [Test]
    public void What_reaches_its_gates_passes()
    {
        Assert.That(new Gates(MinAccuracy: 0.75, MinRecall: 0.75).FailedBy(Classes), Is.Empty);
        Assert.That(new Gates(MaxMeanAbsoluteError: 0.5, MaxRootMeanSquaredError: 0.7, MinR2: 0.7).FailedBy(Numbers), Is.Empty);
    }

    [Test]
    public void A_share_that_is_too_small_is_named_and_cut_off_not_rounded() =>
        Assert.That(new Gates(MinF1: 0.7334).FailedBy(Classes), Is.EqualTo(new[] { "F1 0.7333 is under minF1 0.7334" }));

    [Test]
    public void An_error_that_is_too_large_is_named() =>
        Assert.That(new Gates(MaxMeanAbsoluteError: 0.25).FailedBy(Numbers), Is.EqualTo(new[] { "mean absolute error 0.5 is over maxMeanAbsoluteError 0.25" }));

    [Test]
    public void An_error_is_never_shown_as_small_as_what_it_exceeds() =>
        Assert.That(new Gates(MaxMeanAbsoluteError: 0.49999999).FailedBy(Numbers).Single(), Does.StartWith("mean absolute error 0.5 is over maxMeanAbsoluteError 0.49999999"));

    [Test]
    public void Too_little_explained_is_named() =>
        Assert.That(new Gates(MinR2: 0.99).FailedBy(Numbers).Single(), Does.Match(@"^R² 0\.\d+ is under minR2 0\.99$"));

    [Test]
    public void What_is_not_known_does_not_pass() =>
        Assert.That(new Gates(MinR2: -5).FailedBy(Constant).Single(), Is.EqualTo("R² is not known, as the labels of the reference rows do not vary; minR2 asks for -5"));

    [Test]
    public void A_gate_of_classes_is_not_passed_by_numbers() =>
        Assert.That(new Gates(MinAccuracy: 0).FailedBy(Numbers).Single(), Is.EqualTo("minAccuracy 0 can't be reached: the labels are numbers, whose gates are maxMeanAbsoluteError, maxRootMeanSquaredError, minR2"));

    [Test]
    public void A_gate_of_numbers_is_not_passed_by_classes() =>
        Assert.That(new Gates(MaxMeanAbsoluteError: 9).FailedBy(Classes).Single(), Does.StartWith("maxMeanAbsoluteError 9 can't be reached: the labels are classes"));
}
