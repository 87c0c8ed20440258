using NUnit.Framework;
using ServiceDefaults.Outbox;

namespace Unit.ServiceDefaults.Outbox;

public class OutboxPageTests
{
    [Test]
    public void Everything_confirmed_may_go() =>
        Assert.That(Confirmed("a b a", failed: []), Is.EqualTo(new[] { 0, 1, 2 }));

    [Test]
    public void What_failed_stays() =>
        Assert.That(Confirmed("a b c", failed: [1]), Is.EqualTo(new[] { 0, 2 }));

    [Test]
    public void What_follows_a_failure_of_its_subject_stays_with_it() =>
        Assert.That(Confirmed("a b a b a", failed: [2]), Is.EqualTo(new[] { 0, 1, 3 }));

    private static IEnumerable<long> Confirmed(string subjects, int[] failed)
    {
        var page = subjects.Split(' ').Select((subject, i) =>
            new OutboxMessage(Guid.CreateVersion7(), "model.promoted", subject, "{}", null, DateTimeOffset.UnixEpoch) { Seq = i }).ToList();
        return OutboxPage.Confirmed(page, i => !failed.Contains(i)).Select(message => message.Seq);
    }
}
