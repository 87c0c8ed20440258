using System.Text.Json;
using Learning.Evaluation;
using NUnit.Framework;
using TrainingService;
using TrainingService.LabelKinds;

namespace Unit.TrainingService.LabelKinds;

/// <summary>What callers read of numbers, and what is stored.</summary>
public sealed class NumberJsonTests
{
    private static readonly RegressionReport Report = RegressionEvaluator.Evaluate([1, 2, 3, 5], [1.5f, 2, 2.5f, 4]);

    [Test]
    public void A_report_that_is_read_again_is_one_of_numbers_and_the_same()
    {
        var json = JsonSerializer.Serialize<IEvaluationReport>(Report, LearningModel.Json);
        var read = JsonSerializer.Deserialize<IEvaluationReport>(json, LearningModel.Json)!;
        Assert.That(LabelReport.Of(read).Kind, Is.SameAs(LabelKind.Numbers));
        Assert.That(JsonSerializer.Serialize(read, LearningModel.Json), Is.EqualTo(json));
    }

    [Test]
    public void Figures_are_those_of_errors()
    {
        var json = JsonSerializer.SerializeToElement(LabelReport.Of(Report).Figures, LearningModel.Json);
        Assert.That(json.EnumerateObject().Select(member => member.Name), Is.EqualTo((string[])[
            "rows", "meanAbsoluteError", "meanAbsoluteErrorInterval", "rootMeanSquaredError", "medianAbsoluteError", "r2", "meanError", "spearman"]));
        Assert.That((json.GetProperty("meanAbsoluteError").GetDouble(), json.GetProperty("meanError").GetDouble()), Is.EqualTo((0.5, -0.25)));
    }

    [Test]
    public void A_label_goes_to_the_learner_as_its_float32() =>
        Assert.That(BitConverter.Int32BitsToSingle(new NumberCoding().Encode("0.1")), Is.EqualTo(0.1f));

    [TestCase("1E+17", 1e17f)]
    [TestCase("-2.5", -2.5f)]
    public void A_label_is_read_as_it_was_stored(string text, float label) => Assert.That(NumberLabels.Parse(text), Is.EqualTo(label));
}
