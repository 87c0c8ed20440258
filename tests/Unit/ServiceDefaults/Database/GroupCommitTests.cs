using NUnit.Framework;
using ServiceDefaults.Database;

namespace Unit.ServiceDefaults.Database;

[TestFixture, CancelAfter(10_000)]
public sealed class GroupCommitTests
{
    [Test]
    public async Task Whoever_arrives_during_a_write_shares_the_next(CancellationToken cancellation)
    {
        var groups = new List<int[]>();
        var (firstIsOnItsWay, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var commit = new GroupCommit<int>(async group =>
        {
            groups.Add([.. group]);
            firstIsOnItsWay.TrySetResult();
            await go.Task;
        }, capacity: 10, maxGroup: 2);

        var writes = new List<Task> { commit.WriteAsync(1, cancellation) };
        await firstIsOnItsWay.Task.WaitAsync(cancellation);
        writes.AddRange(new[] { 2, 3, 4 }.Select(entry => commit.WriteAsync(entry, cancellation)));
        Assert.That(writes.Select(write => write.IsCompleted), Is.All.False, "nothing is durable yet");
        go.SetResult();
        await Task.WhenAll(writes);

        Assert.That(groups, Is.EqualTo((int[][])[[1], [2, 3], [4]]));
    }

    [Test]
    public async Task A_bad_entry_fails_alone(CancellationToken cancellation)
    {
        var go = new TaskCompletionSource();
        var written = new List<int>();
        await using var commit = new GroupCommit<int>(async group =>
        {
            await go.Task;
            if (group.Contains(2))
                throw new InvalidOperationException("two");
            written.AddRange(group);
        }, capacity: 10, maxGroup: 10);

        var writes = Enumerable.Range(0, 4).Select(entry => commit.WriteAsync(entry, cancellation)).ToArray();
        go.SetResult();

        Assert.That(() => writes[2].WaitAsync(cancellation), Throws.InvalidOperationException);
        await Task.WhenAll(writes[0], writes[1], writes[3]);
        Assert.That(written, Is.EquivalentTo((int[])[0, 1, 3]));
    }

    [Test]
    public void What_fails_for_all_is_not_tried_one_by_one(CancellationToken cancellation)
    {
        var go = new TaskCompletionSource();
        var tries = 0;
        var commit = new GroupCommit<int>(async _ =>
        {
            await go.Task;
            tries++;
            throw new IOException("away");
        }, capacity: 10, maxGroup: 10, failsAll: e => e is IOException);
        var writes = Enumerable.Range(0, 5).Select(entry => commit.WriteToEndAsync(entry, cancellation)).ToArray();
        go.SetResult();

        foreach (var write in writes)
            Assert.That(() => write.WaitAsync(cancellation), Throws.TypeOf<IOException>());
        Assert.That(tries, Is.LessThanOrEqualTo(2), "whoever came first, and all that came meanwhile");
    }

    [Test]
    public async Task What_waits_at_the_end_is_written(CancellationToken cancellation)
    {
        var written = new List<int>();
        var commit = new GroupCommit<int>(group =>
        {
            written.AddRange(group);
            return Task.CompletedTask;
        }, capacity: 10, maxGroup: 1);
        var writes = Enumerable.Range(0, 5).Select(entry => commit.WriteAsync(entry, cancellation)).ToArray();

        await commit.DisposeAsync();

        await Task.WhenAll(writes);
        Assert.That(written, Is.EqualTo((int[])[0, 1, 2, 3, 4]));
    }
}
