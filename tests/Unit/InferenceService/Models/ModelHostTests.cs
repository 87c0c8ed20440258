using InferenceService.Models;
using NUnit.Framework;
using ServiceDefaults.Problems;

namespace Unit.InferenceService.Models;

[TestFixture]
public sealed class ModelHostTests
{
    [Test]
    public void A_model_that_nobody_knows_is_404() =>
        Assert.That(StatusOf(new ModelHost { IsComplete = true }), Is.EqualTo((404, "unknown-model")));

    [Test]
    public void A_model_that_should_serve_and_is_not_in_memory_is_worth_another_try() =>
        Assert.That(StatusOf(new ModelHost { IsComplete = true, Wanted = new HashSet<string> { "m" } }), Is.EqualTo((503, "model-unloaded")));

    [Test]
    public void Before_every_model_was_tried_none_is_unknown() =>
        Assert.That(StatusOf(new ModelHost()), Is.EqualTo((503, "not-ready")));

    private static (int Status, string Code) StatusOf(ModelHost host)
    {
        var problem = Assert.Throws<ProblemException>(() => host.Get("m", null))!;
        return (problem.Status, problem.Code);
    }
}
