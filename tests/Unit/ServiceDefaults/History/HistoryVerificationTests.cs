using System.Text.Json;
using NUnit.Framework;
using ServiceDefaults.History;

namespace Unit.ServiceDefaults.History;

public class HistoryVerificationTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public async Task An_empty_history_holds()
    {
        var found = await VerifyAsync([]);

        Assert.That(found, Is.EqualTo(new HistoryVerification(0, HistoryEntry.Genesis)));
        Assert.That(found.Holds, Is.True);
    }

    [Test]
    public async Task A_history_as_it_was_written_holds_and_ends_in_its_head()
    {
        var entries = Entries(5);
        Assert.That(await VerifyAsync(entries), Is.EqualTo(new HistoryVerification(5, entries[4].Hash)));
    }

    [Test]
    public void The_first_entry_is_chained_to_nothing() =>
        Assert.That(Entries(1)[0].PreviousHash, Is.EqualTo(HistoryEntry.Genesis));

    [Test]
    public void A_hash_covers_what_a_database_keeps_of_a_time()
    {
        var entry = HistoryEntry.After(null, "m", "a", "b", JsonElement.Parse("{}"), Start.AddTicks(123_456_7));
        Assert.That(entry.Time, Is.EqualTo(Start.AddTicks(123_456_0)));
    }

    [TestCase("subject")]
    [TestCase("action")]
    [TestCase("actor")]
    [TestCase("details")]
    [TestCase("time")]
    public async Task An_altered_field_is_found(string field)
    {
        var entries = Entries(4);
        entries[2] = field switch
        {
            "subject" => entries[2] with { Subject = "other" },
            "action" => entries[2] with { Action = "other" },
            "actor" => entries[2] with { Actor = "other" },
            "details" => entries[2] with { Details = JsonElement.Parse("""{"version":"99"}""") },
            _ => entries[2] with { Time = entries[2].Time.AddSeconds(1) },
        };

        var found = await VerifyAsync(entries);

        Assert.That(found.BrokenAt, Is.EqualTo(3));
        Assert.That(found.Reason, Does.Contain("altered"));
        Assert.That(found.Head, Is.EqualTo(entries[1].Hash), "what came before still holds");
    }

    [Test]
    public async Task An_altered_entry_with_a_new_hash_breaks_the_next_link()
    {
        var entries = Entries(4);
        var forged = entries[1] with { Actor = "somebody else" };
        entries[1] = forged with { Hash = forged.ComputeHash() };

        Assert.That((await VerifyAsync(entries)).BrokenAt, Is.EqualTo(3));
    }

    [Test]
    public async Task A_missing_entry_is_found()
    {
        var entries = Entries(4);
        entries.RemoveAt(1);

        var found = await VerifyAsync(entries);

        Assert.That(found.BrokenAt, Is.EqualTo(2));
        Assert.That(found.Reason, Does.Contain("missing"));
    }

    [Test]
    public async Task A_cut_off_end_holds_but_has_another_head()
    {
        var entries = Entries(4);
        var remembered = entries[3].Hash;
        entries.RemoveAt(3);

        var found = await VerifyAsync(entries);

        Assert.That(found.Holds, Is.True);
        Assert.That(found.Head, Is.Not.EqualTo(remembered));
    }

    private static List<HistoryEntry> Entries(int count)
    {
        var entries = new List<HistoryEntry>();
        for (var i = 1; i <= count; i++)
        {
            entries.Add(HistoryEntry.After(
                entries.LastOrDefault(), "mask-detector", "model.promoted", "someone", JsonElement.Parse($$"""{"version":"{{i}}"}"""), Start.AddMinutes(i)));
        }
        return entries;
    }

    private static Task<HistoryVerification> VerifyAsync(IEnumerable<HistoryEntry> entries) =>
        HistoryVerification.OfAsync(entries.ToAsyncEnumerable(), CancellationToken.None);
}
