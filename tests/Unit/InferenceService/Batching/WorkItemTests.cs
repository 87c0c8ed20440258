using System.Buffers;
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
        using var item = new WorkItem(ArrayPool<float>.Shared.Rent(1), 1, "caller", Priority.Interactive, leaving.Token);
        var result = new WorkResult([1], 0, 1, 1);

        item.Succeed(result);
        item.Fail(new InvalidOperationException());
        leaving.Cancel();

        Assert.That(item.Completion.Result, Is.SameAs(result));
    }

    [Test]
    public void Leaving_completes_the_wait_at_once()
    {
        using var leaving = new CancellationTokenSource();
        using var item = new WorkItem(ArrayPool<float>.Shared.Rent(1), 1, "caller", Priority.Interactive, leaving.Token);

        leaving.Cancel();

        Assert.That(item.Completion.IsCanceled, Is.True);
        Assert.That(item.IsAbandoned, Is.True);
    }
}
