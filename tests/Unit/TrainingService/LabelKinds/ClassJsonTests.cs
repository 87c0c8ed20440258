using System.Text.Json;
using Learning.Evaluation;
using NUnit.Framework;
using TrainingService;
using TrainingService.Evaluations;
using TrainingService.LabelKinds;

namespace Unit.TrainingService.LabelKinds;

/// <summary>What callers read of classes, to the byte: it has to stay as it was when labels were nothing else.</summary>
public sealed class ClassJsonTests
{
    private static readonly EvaluationReport Report = Evaluator.Evaluate(["no", "yes"], [0, 1, 1, 0], [0.9f, 0.1f, 0.2f, 0.8f, 0.6f, 0.4f, 0.7f, 0.3f]);

    [Test]
    public void Figures_are_their_fields_and_nothing_besides()
    {
        var report = Report with { AccuracyInterval = new(0.25, 0.95), MacroPrecision = 0.8, MacroRecall = 0.7, MacroF1 = 0.6, LogLoss = 0.5, CalibrationError = 0.3 };
        Assert.That(Json(LabelReport.Of(report).Figures), Is.EqualTo(
            """{"rows":4,"accuracy":0.75,"accuracyInterval":{"low":0.25,"high":0.95},"precision":0.8,"recall":0.7,"f1":0.6,"rocAuc":1,"logLoss":0.5,"calibrationError":0.3}"""));
    }

    [Test]
    public void A_report_is_the_librarys() => Assert.That(Json((IEvaluationReport)Report), Is.EqualTo(JsonSerializer.Serialize(Report, LearningModel.Json)));

    [Test]
    public void A_report_that_is_read_again_is_the_same() =>
        Assert.That(Json(JsonSerializer.Deserialize<IEvaluationReport>(Json((IEvaluationReport)Report), LearningModel.Json)), Is.EqualTo(Json((IEvaluationReport)Report)));

    [Test]
    public void A_comparison_is_the_librarys()
    {
        var challenge = Challenge.Of([0, 1, 1, 0], [0, 1, 0, 0], [0, 1, 1, 0]);
        Assert.That(Json<Contest>(new ClassContest(challenge)), Is.EqualTo(JsonSerializer.Serialize(challenge, LearningModel.Json)));
    }

    [Test]
    public void A_row_that_two_versions_answer_differently_has_texts()
    {
        static JsonElement Text(string text) => JsonSerializer.SerializeToElement(text);
        Assert.That(Json(new Disagreement(Guid.Empty, Text("yes"), Text("no <b>"), Text("ü"))), Is.EqualTo(
            """{"id":"00000000-0000-0000-0000-000000000000","label":"yes","a":"no \u003Cb\u003E","b":"\u00FC"}"""));
    }

    private static string Json<T>(T value) => JsonSerializer.Serialize(value, LearningModel.Json);
}
