namespace ServiceDefaults.History;

/// <summary>What checking the whole chain found.</summary>
/// <param name="Entries">How many entries hold, counted from the first.</param>
/// <param name="Head">Hash of the last of them: compare it with one remembered elsewhere to see a cut-off end.</param>
/// <param name="BrokenAt">The position where the chain does not hold, null when all of it does.</param>
/// <param name="Reason">Why not.</param>
public sealed record HistoryVerification(long Entries, string Head, long? BrokenAt = null, string? Reason = null)
{
    public bool Holds => BrokenAt is null;

    /// <param name="entries">All of them, in the order of their positions.</param>
    public static async Task<HistoryVerification> OfAsync(IAsyncEnumerable<HistoryEntry> entries, CancellationToken cancellation)
    {
        var good = new HistoryVerification(0, HistoryEntry.Genesis);
        await foreach (var entry in entries.WithCancellation(cancellation))
        {
            if (Complaint(entry, good) is { } reason)
                return good with { BrokenAt = good.Entries + 1, Reason = reason };
            good = new HistoryVerification(entry.Seq, entry.Hash);
        }
        return good;
    }

    private static string? Complaint(HistoryEntry entry, HistoryVerification before) =>
        entry.Seq != before.Entries + 1 ? $"Entry {before.Entries + 1} is missing."
        : entry.PreviousHash != before.Head ? $"Entry {entry.Seq} is not chained to the one before."
        : entry.ComputeHash() != entry.Hash ? $"Entry {entry.Seq} was altered."
        : null;
}
