using FeedbackService.Quality;
using Learning.Evaluation;
using NUnit.Framework;

namespace Unit.FeedbackService.Quality;

public class QualityFiguresTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Test]
    public void Judgements_are_counted_by_what_was_said_and_by_what_was_right()
    {
        var measured = QualityFigures.Measure("m", "3",
        [
            new("cat", Correct: true, Label: null, Start.AddHours(2)),
            new("cat", Correct: false, Label: "dog", Start),
            new("dog", Correct: null, Label: "dog", Start.AddHours(1)),
            new("dog", Correct: false, Label: null, Start.AddHours(3)),
        ], Start.AddHours(9));

        Assert.That((measured.Labels, measured.Correct, measured.Accuracy.Value), Is.EqualTo((4, 2, 0.5)));
        Assert.That((measured.From, measured.Time), Is.EqualTo((Start, Start.AddHours(9))));
        Assert.That(measured.Classes.Select(c => (c.Label, c.Support, c.Predicted, c.Correct)), Is.EqualTo(new[] { ("cat", 1, 2, 1), ("dog", 2, 2, 1) }));
        Assert.That(measured.Classes.Select(c => (c.Precision!.Value, c.Recall!.Value)), Is.EqualTo(new[] { (0.5, 1.0), (0.5, 0.5) }));
    }

    [Test]
    public void What_should_have_been_counts_before_right_or_wrong()
    {
        var measured = QualityFigures.Measure("m", "1", [new("cat", Correct: true, Label: "dog", Start), new("cat", Correct: false, Label: "cat", Start)], Start);
        Assert.That(measured.Correct, Is.EqualTo(1));
    }

    [Test]
    public void A_class_that_was_never_said_has_no_precision_and_one_that_never_was_right_no_recall()
    {
        var measured = QualityFigures.Measure("m", "1", [new("cat", Correct: false, Label: "dog", Start)], Start);

        Assert.That(measured.Classes.Select(c => (c.Label, c.Precision?.Value, c.Recall?.Value)), Is.EqualTo(new (string, double?, double?)[] { ("cat", 0.0, null), ("dog", null, 0.0) }));
    }

    [TestCase(0, 1)]
    [TestCase(1, 1)]
    [TestCase(8, 10)]
    [TestCase(970, 1000)]
    public void The_interval_is_the_one_that_evaluations_have(int right, int of)
    {
        var accuracy = QualityFigures.Measure("m", "1", [.. Enumerable.Range(0, of).Select(i => new JudgedPrediction("cat", Correct: i < right, null, Start))], Start).Accuracy;
        var expected = Interval.Wilson(right, of);
        Assert.That((accuracy.Low, accuracy.High), Is.EqualTo((expected.Low, expected.High)));
    }
}
