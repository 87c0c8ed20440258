using InferenceService.Models;
using NUnit.Framework;

namespace Unit.InferenceService.Models;

[TestFixture]
public sealed class OutputDecoderTests
{
    [Test]
    public void Softmax_sums_to_one_and_sorts_best_first()
    {
        var scores = OutputDecoder.Classify(Manifest(Activation.Softmax, "a", "b", "c"), [1, 3, 2], top: 5);

        Assert.That(scores.Select(score => score.Label), Is.EqualTo((string[])["b", "c", "a"]));
        Assert.That(scores.Sum(score => score.Confidence), Is.EqualTo(1).Within(1e-6));
        Assert.That(scores[0].Confidence, Is.EqualTo(Math.Exp(3) / (Math.Exp(1) + Math.Exp(2) + Math.Exp(3))).Within(1e-6));
    }

    [Test]
    public void Softmax_of_huge_logits_stays_finite()
    {
        var scores = OutputDecoder.Classify(Manifest(Activation.Softmax, "a", "b"), [5000, -5000], top: 5);

        Assert.That(scores[0].Confidence, Is.EqualTo(1));
        Assert.That(scores[1].Confidence, Is.EqualTo(0));
    }

    [Test]
    public void Equal_confidences_keep_the_order_of_the_labels() =>
        Assert.That(OutputDecoder.Classify(Manifest(Activation.Softmax, "x", "y"), [2, 2], top: 5)[0].Label, Is.EqualTo("x"));

    [Test]
    public void A_single_sigmoid_says_how_likely_the_second_label_is()
    {
        var scores = OutputDecoder.Classify(Manifest(Activation.Sigmoid, "no", "yes"), [2], top: 5);

        Assert.That(scores[0].Label, Is.EqualTo("yes"));
        Assert.That(scores[0].Confidence, Is.EqualTo(1 / (1 + Math.Exp(-2))).Within(1e-6));
    }

    [Test]
    public void An_output_that_does_not_go_with_the_labels_is_refused() =>
        Assert.That(() => OutputDecoder.Check(Manifest(Activation.Softmax, "a", "b"), outputLength: 3), Throws.TypeOf<InvalidDataException>());

    private static ModelManifest Manifest(Activation activation, params string[] labels) => new()
    {
        Name = "m",
        Version = "1",
        Task = ModelTask.ImageClassification,
        Labels = labels,
        Output = new OutputSpec("y", activation),
        Sha256 = new string('0', 64),
    };
}
