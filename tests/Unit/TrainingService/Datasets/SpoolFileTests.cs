using Intake;
using NUnit.Framework;
using ServiceDefaults.Problems;
using TrainingService.Datasets;

namespace Unit.TrainingService.Datasets;

/// <summary>An input on a disk that takes no more.</summary>
[Platform("Linux")]
public sealed class SpoolFileTests
{
    private int gone;

    [SetUp]
    public void Forget() => gone = 0;

    [Test]
    public void A_large_input_is_refused_for_now_while_it_comes_in()
    {
        using var file = OnFullDisk();
        AssertNoRoom(async () => await file.WriteAsync(new byte[100_000]));
    }

    [Test]
    public async Task A_small_one_is_refused_for_now_before_it_is_read()
    {
        await using var file = OnFullDisk();
        await file.WriteAsync("a,label\n1,yes\n"u8.ToArray());
        AssertNoRoom(async () => await file.ReadAsync(CancellationToken.None));
    }

    [Test]
    public async Task Its_place_is_given_back_once()
    {
        var file = OnFullDisk();
        await file.WriteAsync("a,label\n1,yes\n"u8.ToArray());

        await file.DisposeAsync();
        await file.DisposeAsync();

        Assert.That(gone, Is.EqualTo(1));
    }

    private SpoolFile OnFullDisk() => new(new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 64 * 1024, useAsync: true), new DatasetOptions(), () => gone++);

    private static void AssertNoRoom(Func<Task> work) =>
        Assert.That(work, Throws.TypeOf<ProblemException>().With.Property("Status").EqualTo(503).And.Property("Code").EqualTo("no-room").And.Property("RetryAfter").GreaterThan(TimeSpan.Zero));
}
