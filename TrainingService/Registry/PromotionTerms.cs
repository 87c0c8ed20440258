using TrainingService.Runs.Queue;

namespace TrainingService.Registry;

/// <summary>Under which conditions a version goes live, and what is put on record of them.</summary>
/// <param name="Forced">An admin overrules what stands against it.</param>
/// <param name="Reason">Theirs, or why it was compared with nothing.</param>
/// <param name="Overruled">What stood against it.</param>
/// <param name="Against">What it was compared with must still be what is live; null: whatever is live.</param>
/// <param name="Hold">Of the run that promotes, which must still be its worker's; null: no run does.</param>
internal sealed record PromotionTerms(bool Forced = false, string? Reason = null, IReadOnlyList<string>? Overruled = null, LiveThen? Against = null, RunHold? Hold = null)
{
    /// <summary>Code of the refusal when <see cref="Against"/> does not hold any more.</summary>
    public const string LiveChanged = "live-version-changed";

    public static PromotionTerms None { get; } = new();

    /// <summary>The details of the entry in the history. Its members stand in hashed entries: never renamed.</summary>
    public object OnRecord(string version, string? previous) => new { version, previous, forced = Forced ? true : (bool?)null, reason = Reason, overruled = Overruled };
}

/// <param name="Version">Null: none was live.</param>
internal sealed record LiveThen(string? Version);
