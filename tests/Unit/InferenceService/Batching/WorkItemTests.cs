using InferenceService.Batching;
using NUnit.Framework;

namespace Unit.InferenceService.Batching;

[TestFixture]
public sealed class WorkItemTests
{
    [Test]
    public void The_first_outcome_is_the_only_one()
    {
        using var leaving = new CancellationTokenSource();
        using var item = Items.Of(cancellation: leaving.Token);
        var result = Items.Result(1, 1);

        item.Succeed(result);
        item.Fail(new InvalidOperationException());
        leaving.Cancel();

        Assert.That(item.Completion.Result, Is.SameAs(result));
    }

    [Test]
    public void Leaving_completes_the_wait_at_once()
    {
        using var leaving = new CancellationTokenSource();
        using var item = Items.Of(cancellation: leaving.Token);

        leaving.Cancel();

        Assert.That(item.Completion.IsCanceled, Is.True);
        Assert.That(item.IsAbandoned, Is.True);
    }
}
