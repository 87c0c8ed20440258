using InferenceSuite.Contracts;
using NUnit.Framework;
using TrainingService.FeedbackLabels;
using TrainingService.Policies;

namespace Unit.TrainingService.FeedbackLabels;

public class FeedbackLabelTests
{
    [TestCase(null, "dog", "auto", ExpectedResult = "label dog")]
    [TestCase(true, null, "auto", ExpectedResult = "label cat")]
    [TestCase(true, "dog", "auto", ExpectedResult = "label dog")]
    [TestCase(false, null, "auto", ExpectedResult = "nothing ")]
    [TestCase(null, null, "auto", ExpectedResult = "nothing ")]
    [TestCase(false, "dog", "review", ExpectedResult = "item dog")]
    [TestCase(true, null, "review", ExpectedResult = "item cat")]
    [TestCase(false, null, "review", ExpectedResult = "item ")]
    [TestCase(null, null, "review", ExpectedResult = "nothing ")]
    [TestCase(true, "dog", "off", ExpectedResult = "nothing ")]
    public string What_is_said_is_good_for(bool? correct, string? label, string use)
    {
        var said = new FeedbackReceived(Guid.NewGuid(), "caller", "m", "1", PredictedLabel: "cat", correct, label, Rating: 3, DateTimeOffset.UnixEpoch);
        var (wanted, taken) = FeedbackLabel.From(said, Enum.Parse<FeedbackUse>(use, ignoreCase: true));
        return $"{wanted} {taken}".ToLowerInvariant();
    }

    [Test]
    public void A_row_knows_its_prediction()
    {
        var prediction = Guid.CreateVersion7();
        Assert.That(FeedbackLabel.PredictionOf(FeedbackLabel.GivenIdOf(prediction)), Is.EqualTo(prediction));
        Assert.That(new[] { null, "", "7", "prediction:", "prediction:7", $"{prediction}" }.Select(FeedbackLabel.PredictionOf), Is.All.Null);
    }
}
